using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Producers.Slates;
using RetroVue.Runtime.Producers.Slates.Letters;
using SkiaSharp;
using static RetroVue.Runtime.Tests.Producers.Letters.LetterFixtures;
using static RetroVue.Runtime.Tests.Producers.SlateBench;

namespace RetroVue.Runtime.Tests.Producers.Letters;

public sealed class SlateLettersTests
{
    // The brightest luma of the slate's background.
    private const int Ground = 44;

    private static readonly VideoFormat s_small = Video(320, 180, new Rational(25, 1));

    [TestCase("The Third Man", "")]
    [TestCase("Ταξίδι στα Κύθηρα", "")]
    [TestCase("Ирония судьбы", "")]
    [TestCase("باب الحديد", "fonts-noto-core")]
    [TestCase("मुग़ल-ए-आज़म", "fonts-noto-core")]
    [TestCase("七人の侍", "fonts-noto-cjk")]
    public void Every_script_is_drawn_below_the_clock_and_above_the_edge(string title, string package)
    {
        if (package.Length > 0)
        {
            Need(title, package);
        }

        var log = new RecordedLog();
        byte[] without = Luma(s_small, Show("Retro One", " ", log)), with = Luma(s_small, Show("Retro One", title, log));
        var layout = new SlateLayout(s_small);
        int[] drawn = [.. Enumerable.Range(0, with.Length).Where(i => with[i] != without[i])];
        Assert.That(drawn, Has.Length.GreaterThan(150));
        Assert.That(drawn.Select(i => i / s_small.Width), Has.All.InRange(layout.LabelBaseline, layout.Bottom - 1));
        Assert.That(drawn.Select(i => i % s_small.Width), Has.All.InRange(layout.Left, layout.Left + layout.Width - 1));
        int centre = (drawn.Min(i => i % s_small.Width) + drawn.Max(i => i % s_small.Width)) / 2;
        Assert.That(centre, Is.EqualTo(s_small.Width / 2).Within(4));
        Assert.That(log.Lines, Is.Empty);
    }

    [Test]
    public void Characters_without_a_font_are_boxes_and_are_told_of_once_a_script()
    {
        LetterFonts fonts = NoFonts;
        var log = new RecordedLog();
        byte[] without = Luma(s_small, Show("Retro One", " ", log), fonts), boxes = Luma(s_small, Show("Retro One", "七人", log), fonts);
        Assert.That(boxes.Zip(without).Count(pair => pair.First != pair.Second), Is.GreaterThan(40), "boxes can be seen");
        Luma(s_small, Show("Retro One", "七人の侍", log), fonts);
        Luma(s_small, Show("七", "ب 😀 🎬", log), fonts);
        Assert.That(log.Lines.Select(line => line[..5]), Is.EqualTo(new[] { "1132:", "1132:", "1132:", "1132:" }), "Han, Hiragana, Arabic, signs");
        Assert.That(log.Lines.First(), Does.Contain("Hani").And.Contain("U+4E03").And.Contain("fonts-noto-cjk"));
    }

    [Test]
    public void Slate_is_plain_where_the_libraries_are_missing_and_says_so_once()
    {
        var fonts = new LetterFonts([], () => throw new DllNotFoundException("libHarfBuzzSharp is not here"));
        var log = new RecordedLog();
        byte[] first = Luma(s_small, Show("Retro One", "The Third Man", log), fonts), second = Luma(s_small, Show("", "", log), fonts);
        Assert.That(first, Is.EqualTo(second));
        Assert.That(first.Count(luma => luma > Ground), Is.GreaterThan(100), "the bars are there");
        Assert.That(log.Lines.Single(), Does.StartWith("1133:").And.Contain("libHarfBuzzSharp is not here"));
    }

    [Test]
    public void Any_text_at_any_size_is_drawn_within_the_safe_area() => RandomCases.Run(150, random =>
    {
        VideoFormat format = Video(random.Next(64, 1000), random.Next(48, 700), new Rational(25, 1)) with
        {
            SampleAspectRatio = random.Next(2) == 0 ? new Rational(1, 1) : new Rational(random.Next(1, 70), random.Next(1, 70)),
            Interlacing = (Interlacing)random.Next(3),
        };
        var log = new RecordedLog();
        byte[] luma = Luma(format, Show(AnyText.Of(random), AnyText.Of(random), log), random.Next(3) == 0 ? NoFonts : LetterFonts.OfSystem);
        Assert.That(log.Lines.Where(line => line.StartsWith("1133:", StringComparison.Ordinal)), Is.Empty);
        int[] bright = [.. Enumerable.Range(0, luma.Length).Where(i => luma[i] > Ground)];
        Assert.That(bright.Select(i => i % format.Width), Has.All.InRange(format.Width / 20, format.Width - 1 - (format.Width / 20)));
        Assert.That(bright.Select(i => i / format.Width), Has.All.InRange(format.Height / 20, format.Height - 1 - (format.Height / 20)));
    });

    [Test]
    public void Ten_thousand_slates_take_no_memory()
    {
        VideoFormat format = Video(160, 90, new Rational(25, 1));
        const int rounds = 21, slates = 500;
        // The first slates load the fonts and the libraries.
        Draw(slates);
        Footprint[] seen = [.. Enumerable.Range(0, rounds).Select(_ => TakeAfter(slates))];
        long heap = MedianGrowth(footprint => footprint.Heap), native = MedianGrowth(footprint => footprint.Native);
        TestContext.Out.WriteLine($"median growth in {slates} slates: {heap} bytes of heap, {native} bytes of native memory");
        // The smallest object of .NET has 24 bytes, and the smallest block of the C library 32 bytes. One of them from each slate would be
        // 12,000 bytes or more in each round. A leak grows in each round; the memory of the garbage collector grows and shrinks in few
        // rounds, so the median does not show it.
        Assert.That(heap, Is.LessThan(10_000));
        Assert.That(native, Is.LessThan(10_000));

        Footprint TakeAfter(int count)
        {
            Draw(count);
            // Skia keeps up to some megabytes of drawn letters. They would hide a leak.
            SKGraphics.PurgeAllCaches();
            return Footprint.Take();
        }

        long MedianGrowth(Func<Footprint, long> of) => seen.Zip(seen.Skip(1), (before, after) => of(after) - of(before)).Order().ElementAt(rounds / 2);

        void Draw(int count)
        {
            for (int i = 0; i < count; i++)
            {
                SlateOptions options = Show($"Retro {i % 100}", $"The Third Man باب मुग़ल 七人 {i}", null, format);
                var picture = new SlatePicture(format, options);
                picture.Draw(Epoch).Release();
                picture.Release();
            }
        }
    }

    private static SlateOptions Show(string name, string title, RecordedLog? log, VideoFormat? format = null) => new()
    {
        Video = format,
        Epoch = Epoch,
        Zone = DateTimeZone.Utc,
        From = ClockTime.Zero,
        Until = ClockTime.Zero,
        Name = name,
        NextTitle = title,
        NextStart = Epoch,
        LoggerFactory = log,
    };

    private static byte[] Luma(VideoFormat format, SlateOptions options, LetterFonts? fonts = null)
    {
        var picture = new SlatePicture(format, options, fonts);
        MediaMemory memory = picture.Draw(Epoch);
        byte[] luma = new byte[format.Width * format.Height];
        for (int y = 0; y < format.Height; y++)
        {
            memory.Plane(0).Slice(y * memory.Stride(0), format.Width).CopyTo(luma.AsSpan(y * format.Width));
        }

        memory.Release();
        picture.Release();
        return luma;
    }
}
