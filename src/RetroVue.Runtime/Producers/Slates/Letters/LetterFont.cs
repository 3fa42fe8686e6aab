using System.Runtime.InteropServices;
using HarfBuzzSharp;
using SkiaSharp;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>One font in memory: HarfBuzz shapes with it and Skia draws with it.</summary>
internal sealed class LetterFont
{
    /// <summary>A file that is larger is not used: the largest of Debian's are 27 MB.</summary>
    public const int MostBytes = 64 << 20;

    private readonly nint _bytes;
    private readonly int _length;
    private readonly byte[]? _memory;
    private SKTypeface? _typeface;

    /// <param name="bytes">The font's file in memory, which stays valid; of a collection, the first font is used.</param>
    /// <param name="length">The number of bytes.</param>
    /// <param name="memory">What holds the bytes, if anything has to.</param>
    private LetterFont(nint bytes, int length, byte[]? memory = null)
    {
        (_bytes, _length, _memory) = (bytes, length, memory);
        using var blob = new Blob(bytes, length, MemoryMode.ReadOnly);
        using var face = new Face(blob, 0);
        UnitsPerEm = face.UnitsPerEm;
        IsUsable = face.GlyphCount > 1 && UnitsPerEm > 0;
        Shaper = new Font(face);
        Shaper.SetScale(UnitsPerEm, UnitsPerEm);
    }

    /// <summary>Shapes text, in units of the font.</summary>
    public Font Shaper { get; }

    /// <summary>The number of font units in one em.</summary>
    public int UnitsPerEm { get; }

    /// <summary>Draws glyphs; Skia opens the font at the first use.</summary>
    public SKTypeface Typeface => _typeface ??= OpenTypeface() ?? throw new InvalidDataException("Skia cannot read the font.");

    private bool IsUsable { get; }

    /// <summary>Reads the font of a file; null if it is none that both libraries can use.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is not for everybody's eyes.</exception>
    public static LetterFont? Read(string file)
    {
        using FileStream stream = File.OpenRead(file);
        if (stream.Length is 0 or > MostBytes)
        {
            return null;
        }

        byte[] memory = GC.AllocateUninitializedArray<byte>((int)stream.Length, pinned: true);
        stream.ReadExactly(memory);
        var font = new LetterFont(Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0), memory.Length, memory);
        if (font.IsUsable && font.CanDraw())
        {
            return font;
        }

        font._typeface?.Dispose();
        font.Shaper.Dispose();
        GC.KeepAlive(font._memory);
        return null;
    }

    /// <summary>Opens a font that is a resource of this assembly.</summary>
    public static unsafe LetterFont OpenOwn(string name)
    {
        // The resource is mapped with the assembly and stays mapped.
        Stream resource = typeof(LetterFont).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly has no resource {name}.");
        var bytes = (UnmanagedMemoryStream)resource;
        return new LetterFont((nint)bytes.PositionPointer, (int)bytes.Length);
    }

    /// <summary>Returns true if the font has a glyph for a character.</summary>
    public bool Has(int character) => Shaper.TryGetNominalGlyph((uint)character, out _);

    private bool CanDraw()
    {
        try
        {
            return Typeface.UnitsPerEm > 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private SKTypeface? OpenTypeface()
    {
        using SKData data = SKData.Create(_bytes, _length);
        return SKTypeface.FromData(data, 0);
    }
}
