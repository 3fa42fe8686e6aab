using System.IO.MemoryMappedFiles;
using HarfBuzzSharp;
using SkiaSharp;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>One font, which lives as long as the process: HarfBuzz shapes with it and Skia draws with it.</summary>
internal sealed class LetterFont
{
    private const long MostBytes = 200 << 20;

    private readonly nint _bytes;
    private readonly int _length;
    private SKTypeface? _typeface;

    /// <param name="bytes">Its file in memory, which stays there; of a collection the first font is taken.</param>
    /// <param name="length">Bytes of it.</param>
    private LetterFont(nint bytes, int length)
    {
        (_bytes, _length) = (bytes, length);
        using var blob = new Blob(bytes, length, MemoryMode.ReadOnly);
        using var face = new Face(blob, 0);
        UnitsPerEm = face.UnitsPerEm;
        IsUsable = face.GlyphCount > 1 && UnitsPerEm > 0;
        Shaper = new Font(face);
        Shaper.SetScale(UnitsPerEm, UnitsPerEm);
    }

    /// <summary>What shapes text, in units of the font.</summary>
    public Font Shaper { get; }

    /// <summary>Units of the font in its size.</summary>
    public int UnitsPerEm { get; }

    /// <summary>What draws glyphs; Skia opens the font at the first use.</summary>
    public SKTypeface Typeface => _typeface ??= OpenTypeface() ?? throw new InvalidDataException("Skia cannot read the font.");

    private bool IsUsable { get; }

    /// <summary>The font of a file; null if it is none.</summary>
    /// <remarks>The file is mapped, so of the hundreds there are no more is read than their lists of characters.</remarks>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not for everybody's eyes.</exception>
    public static unsafe LetterFont? Open(string file)
    {
        if (new FileInfo(file).Length is 0 or > MostBytes)
        {
            return null;
        }

        using MemoryMappedFile mapped = MemoryMappedFile.CreateFromFile(file, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        MemoryMappedViewAccessor view = mapped.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* bytes = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
        var font = new LetterFont((nint)bytes, (int)view.Capacity);
        if (font.IsUsable)
        {
            return font;
        }

        font.Shaper.Dispose();
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        return null;
    }

    /// <summary>A font that this assembly brings.</summary>
    public static unsafe LetterFont OpenOwn(string name)
    {
        // The resource is mapped with the assembly and stays.
        Stream resource = typeof(LetterFont).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly has no resource {name}.");
        var bytes = (UnmanagedMemoryStream)resource;
        return new LetterFont((nint)bytes.PositionPointer, (int)bytes.Length);
    }

    /// <summary>Whether the font has a glyph for a character.</summary>
    public bool Has(int character) => Shaper.TryGetNominalGlyph((uint)character, out _);

    /// <summary>Whether Skia can draw with it.</summary>
    public bool CanDraw()
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
