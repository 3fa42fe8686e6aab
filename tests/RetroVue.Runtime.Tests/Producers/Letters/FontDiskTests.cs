using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Producers.Slates;
using RetroVue.Runtime.Producers.Slates.Letters;
using RetroVue.Tests;
using static RetroVue.Runtime.Tests.Producers.SlateBench;

namespace RetroVue.Runtime.Tests.Producers.Letters;

/// <summary>Fonts on disks that hang, fail, or change while the station runs.</summary>
public sealed class FontDiskTests
{
    private const string Thai = "ไทย";
    private const string Hindi = "हिन्दी";

    // Much more than a slate takes, because the machine may be busy.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private string _work = "";

    [SetUp]
    public void MakeFolder() => _work = Directory.CreateTempSubdirectory("retrovue-fonts-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_work, recursive: true);

    [Test]
    public async Task Font_that_hangs_holds_no_slate_and_no_font_of_another_folder()
    {
        string hung = Copy("Thai", "hung/Thai.ttf");
        Copy("Devanagari", "sound/Devanagari.ttf");
        LetterFonts fonts = In("hung", "sound");
        using var disk = new HungFile(hung);
        disk.Hang();
        await DrawnAsync(() => Has(fonts, Thai), within: s_limit);
        await Until.TrueAsync(() => Has(fonts, Hindi));
        Assert.That(disk.Count, Is.EqualTo(1), "the file is opened once");
        Assert.That(Has(fonts, Thai), Is.False);
        disk.GoOn();
        await Until.TrueAsync(() => Has(fonts, Thai));
    }

    [Test]
    public async Task Font_that_hangs_at_its_first_use_holds_no_slate()
    {
        string hung = Copy("Thai", "fonts/Thai.ttf");
        Copy("Devanagari", "fonts/Devanagari.ttf");
        LetterFonts fonts = In("fonts");
        await Until.TrueAsync(() => Has(fonts, Hindi), "the list is there");
        using var disk = new HungFile(hung);
        disk.Hang();
        await DrawnAsync(() => Has(fonts, Thai), within: s_limit);
        await Until.TrueAsync(() => disk.Count == 1);
        Assert.That(Has(fonts, Thai), Is.False);
        Assert.That(Has(fonts, Hindi), Is.True);
        Assert.That(fonts.Busy, Is.EqualTo(new[] { Path.Combine(_work, "fonts") }), "the folder that does not answer is known");
        disk.GoOn();
        await Until.TrueAsync(() => Has(fonts, Thai));
    }

    [Test]
    public async Task Slate_on_the_air_shows_its_letters_as_soon_as_they_are_there()
    {
        string hung = Copy("Thai", "fonts/Thai.ttf");
        LetterFonts fonts = In("fonts");
        using var disk = new HungFile(hung);
        disk.Hang();
        var log = new RecordedLog();
        SlatePicture early = await DrawnAsync(() => Slate(fonts, log), within: s_limit);
        byte[] boxes = Luma(early);
        Assert.That(Luma(early), Is.EqualTo(boxes), "the picture does not change");
        disk.GoOn();
        await Until.TrueAsync(() => Has(fonts, Thai));
        await Until.TrueAsync(() => !Luma(early).AsSpan().SequenceEqual(boxes));
        SlatePicture late = Slate(fonts, log);
        await Until.TrueAsync(() => Luma(early).AsSpan().SequenceEqual(Luma(late)), "the slate is as if the font had been there");
        early.Release();
        late.Release();
        Assert.That(log.Lines, Is.Empty, "no font is missing");
    }

    [Test]
    public void No_font_stays_mapped_and_one_that_is_overwritten_still_draws()
    {
        string file = Copy("Thai", "fonts/Thai.ttf");
        LetterFonts fonts = Waiting("fonts");
        Assert.That(Has(fonts, "ไ"), Is.True);
        Assert.That(File.ReadAllText("/proc/self/maps"), Does.Not.Contain(file), "if a mapped file is cut, the process ends");
        File.WriteAllBytes(file, [1]);
        Assert.That(Has(fonts, Thai), Is.True);
        SlatePicture slate = Slate(fonts, new RecordedLog());
        Luma(slate);
        slate.Release();
    }

    [Test]
    public void Font_that_was_emptied_since_it_was_found_gives_way_to_another([Values(0, 1, 100, 10_000)] int length)
    {
        string file = Copy("Thai", "fonts/NotoSansThai.ttf");
        Copy("Thai", "fonts/Other.ttf");
        Copy("Devanagari", "fonts/Devanagari.ttf");
        LetterFonts fonts = Waiting("fonts");
        Assert.That(Has(fonts, Hindi), Is.True);
        Cut(file, length);
        Assert.That(Has(fonts, Thai), Is.True);
    }

    [Test]
    public void Broken_files_leave_the_others_in_use() => RandomCases.Run(60, random =>
    {
        string good = Copy("Thai", "fonts/Thai.ttf");
        byte[] bytes = File.ReadAllBytes(good);
        for (int i = 0; i < 5; i++)
        {
            byte[] broken = bytes[..random.Next(bytes.Length)];
            // Most of the changed bytes are in the header and the list of tables.
            for (int j = random.Next(20); j > 0 && broken.Length > 0; j--)
            {
                broken[random.Next(Math.Min(broken.Length, random.Next(2) == 0 ? 300 : bytes.Length))] = (byte)random.Next(256);
            }

            File.WriteAllBytes(Path.Combine(_work, "fonts", $"NotoSans{i}.{(random.Next(2) == 0 ? "ttf" : "ttc")}"), broken);
        }

        var log = new RecordedLog();
        SlatePicture slate = Slate(Waiting("fonts"), log);
        Luma(slate);
        slate.Release();
        Assert.That(log.Lines, Is.Empty);
    });

    [Test]
    public void Font_of_more_than_64_megabytes_is_not_used()
    {
        Cut(Copy("Thai", "fonts/Thai.ttf"), (64 << 20) + 1);
        Assert.That(Has(Waiting("fonts"), Thai), Is.False);
        Cut(Path.Combine(_work, "fonts", "Thai.ttf"), 64 << 20);
        Assert.That(Has(Waiting("fonts"), Thai), Is.True);
    }

    [Test]
    public void Folder_that_cannot_be_read_leaves_the_fonts_beside_it_in_use()
    {
        // The kernel refuses a path of more than 4,095 bytes. So the folder below the fonts fails, as a folder on a bad disk does.
        string name = new('n', 250), top = Path.Combine(_work, "x");
        string folder = Path.Combine([top, .. Enumerable.Repeat(name, 15)]);
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(Path.Combine(folder, name));
        Copy("Thai", Path.Combine(folder, "Thai.ttf"));
        string longer = Path.Combine(_work, name);
        Directory.Move(top, longer);
        try
        {
            var log = new RecordedLog();
            LetterFonts fonts = Waiting(folder.Replace(top, longer, StringComparison.Ordinal));
            SlatePicture slate = Slate(fonts, log);
            slate.Release();
            Assert.That(log.Lines, Is.Empty);
            Assert.That(Has(fonts, Thai), Is.True);
        }
        finally
        {
            Directory.Move(longer, top);
        }
    }

    [Test]
    public void Links_to_folders_lead_nowhere_but_links_to_fonts_count()
    {
        Copy("Thai", "elsewhere/Thai.ttf");
        Copy("Devanagari", "elsewhere/Devanagari.ttf");
        string fonts = Directory.CreateDirectory(Path.Combine(_work, "fonts")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(fonts, "all"), "/");
        Directory.CreateSymbolicLink(Path.Combine(fonts, "again"), fonts);
        File.CreateSymbolicLink(Path.Combine(fonts, "Thai.ttf"), Path.Combine(_work, "elsewhere", "Thai.ttf"));
        Directory.CreateSymbolicLink(Path.Combine(_work, "link"), fonts);
        LetterFonts found = Waiting("link");
        Assert.That(Has(found, Thai), Is.True, "the folder itself may be a link");
        Assert.That(Has(found, Hindi), Is.False);
    }

    private static async Task<T> DrawnAsync<T>(Func<T> draw, TimeSpan within)
    {
        Task<T> drawing = Task.Run(draw);
        await Until.TrueAsync(() => drawing.IsCompleted, "The slate waits for the disk.", within);
        return await drawing;
    }

    private static bool Has(LetterFonts fonts, string text)
    {
        lock (fonts.Gate)
        {
            var paragraph = new Paragraph(fonts, text, LetterWeight.Regular);
            return paragraph.Shape(0, text.Length, isShortened: false).Runs.All(run => !run.Glyphs.Contains((ushort)0));
        }
    }

    private static SlatePicture Slate(LetterFonts fonts, RecordedLog log) => new(
        Video(320, 180, new Rational(25, 1)),
        new SlateOptions
        {
            Video = Video(320, 180, new Rational(25, 1)),
            Epoch = Epoch,
            Zone = DateTimeZone.Utc,
            From = ClockTime.Zero,
            Until = ClockTime.Zero,
            Name = "Retro One",
            NextTitle = Thai,
            NextStart = Epoch,
            LoggerFactory = log,
        },
        fonts);

    private static byte[] Luma(SlatePicture picture)
    {
        MediaMemory memory = picture.Draw(Epoch);
        byte[] luma = memory.Plane(0).ToArray();
        memory.Release();
        return luma;
    }

    private static void Cut(string file, long length)
    {
        using FileStream stream = File.OpenWrite(file);
        stream.SetLength(length);
    }

    private LetterFonts In(params string[] folders) => new([.. folders.Select(folder => Path.Combine(_work, folder))]);

    private LetterFonts Waiting(params string[] folders)
    {
        LetterFonts fonts = In(folders);
        fonts.WaitsForDisk = true;
        return fonts;
    }

    private string Copy(string script, string to)
    {
        string font = $"/usr/share/fonts/truetype/noto/NotoSans{script}-Regular.ttf";
        if (!File.Exists(font))
        {
            Assert.Ignore($"{font} is not here: apt-get install fonts-noto-core");
        }

        string path = Path.Combine(_work, to);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(font, path, overwrite: true);
        return path;
    }
}
