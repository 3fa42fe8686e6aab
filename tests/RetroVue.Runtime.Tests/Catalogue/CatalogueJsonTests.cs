using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Output;
using RetroVue.Tests.Catalogue;

namespace RetroVue.Runtime.Tests.Catalogue;

/// <summary>What a store keeps as text comes back as it was, and other text is nothing.</summary>
public sealed class CatalogueJsonTests
{
    [Test]
    public void Random_facts_come_back_from_their_text() => RandomCases.Run(300, random =>
    {
        MediaFacts facts = RandomFacts.Make(random);
        Assert.That(MediaFacts.FromJson(facts.ToJson()), Is.EqualTo(facts));
    });

    [Test]
    public void Random_formats_come_back_from_their_text() => RandomCases.Run(300, random =>
    {
        CopyFormats formats = RandomFacts.Formats(random);
        Assert.That(CopyFormats.FromJson(formats.ToJson()), Is.EqualTo(formats));
    });

    [Test]
    public void Text_that_is_damaged_gives_nothing_or_whole_facts_and_throws_nothing() => RandomCases.Run(2000, random =>
    {
        char[] text = RandomFacts.Make(random).ToJson().ToCharArray();
        int cut = random.Next(4) == 0 ? random.Next(text.Length) : text.Length;
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            text[random.Next(text.Length)] = "{}[],:\"0n9-tA\u0000é"[random.Next(15)];
        }

        string damaged = new(text, 0, cut);
        if (MediaFacts.FromJson(damaged) is { } facts)
        {
            Assert.That(facts.Duration, Is.GreaterThan(ClockTime.Zero));
            Assert.That(MediaFacts.FromJson(facts.ToJson()), Is.EqualTo(facts));
            _ = CopyAdmission.Decide([facts.ToCandidate(new MediaFileKey("/file", StreamChoice.Best))]);
        }

        _ = CopyFormats.FromJson(damaged);
    });

    [TestCase(null)]
    [TestCase("")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("""{"version":1}""")]
    [TestCase("""{"version":1,"content":null}""")]
    [TestCase("""{"version":1,"content":{}}""")]
    public void Text_of_something_else_is_nothing(string? text)
    {
        Assert.That(MediaFacts.FromJson(text), Is.Null);
        Assert.That(CopyFormats.FromJson(text), Is.Null);
    }

    [Test]
    public void Text_of_another_version_is_nothing()
    {
        string text = RandomFacts.Make(new Random(1)).ToJson();
        Assert.That(text, Does.StartWith("""{"version":1,"""));
        Assert.That(MediaFacts.FromJson(text.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal)), Is.Null);
    }

    [Test]
    public async Task Facts_of_a_file_have_what_the_probe_found_without_what_only_this_process_understands()
    {
        string file = await TestFiles.MakeAsync(new Rational(25, 1), 50);
        ProbedMedia media = await MediaProbe.ProbeAsync(file);
        MediaFacts facts = MediaFacts.Of(media);
        Assert.That(facts.Duration, Is.EqualTo(media.Duration));
        Assert.That(facts.Video, Is.EqualTo(media.Info.Video!.Format with { SideData = [] }));
        Assert.That(MediaFacts.FromJson(facts.ToJson()), Is.EqualTo(facts));
        EncodedFormat turned = facts.Video! with { SideData = [new StreamSideData(StreamSideDataKind.DisplayMatrix, new byte[36])] };
        Assert.That(MediaFacts.FromJson((facts with { Video = turned }).ToJson()), Is.EqualTo(facts));
        // A store keeps this text for each file.
        Assert.That(facts.ToJson(), Has.Length.LessThan(2500));
        await TestContext.Out.WriteLineAsync(facts.ToJson());
    }
}
