using System.IO.MemoryMappedFiles;
using HarfBuzzSharp;
using SkiaSharp;

namespace RetroVue.Runtime.Producers.Slates.Letters;

/// <summary>A font, which is kept until the process ends. HarfBuzz shapes with it, and Skia draws with it.</summary>
internal sealed class LetterFont
{
    private const long MostBytes = 200 << 20;

    private readonly nint _bytes;
    private readonly int _length;
    private SKTypeface? _typeface;

    /// <param name="bytes">The font's file in memory, which stays valid; of a collection, the first font is used.</param>
    /// <param name="length">The number of bytes.</param>
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

    /// <summary>Shapes text, in units of the font.</summary>
    public Font Shaper { get; }

    /// <summary>The number of font units in one em.</summary>
    public int UnitsPerEm { get; }

    /// <summary>Draws glyphs; Skia opens the font at the first use.</summary>
    public SKTypeface Typeface => _typeface ??= OpenTypeface() ?? throw new InvalidDataException("Skia cannot read the font.");

    private bool IsUsable { get; }

    /// <summary>Opens the font of a file; returns null if the file is no usable font.</summary>
    /// <remarks>The file is mapped, so of hundreds of fonts only the lists of their characters are read.</remarks>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user has no right to read the file.</exception>
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

    /// <summary>Returns true if Skia can draw with the font.</summary>
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
