using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Runtime.Catalogue;

namespace RetroVue.Tests.Catalogue;

/// <summary>What every catalogue promises. Tests of an implementation derive from this class.</summary>
public abstract class MediaCatalogueContract
{
    private static readonly StreamChoice s_german = new() { Audio = "deu" };

    /// <summary>Makes an empty catalogue. A test does so once.</summary>
    protected abstract Task<IMediaCatalogue> CreateAsync();

    [Test]
    public async Task Random_saves_and_removals_are_found_as_in_a_dictionary()
    {
        var cases = new List<Random>();
        RandomCases.Run(20, cases.Add);
        IMediaCatalogue catalogue = await CreateAsync();
        for (int number = 0; number < cases.Count; number++)
        {
            Random random = cases[number];
            string[] paths = [.. Enumerable.Range(0, 12).Select(_ => $"/{number}{RandomFacts.Path(random)}").Distinct(StringComparer.Ordinal)];
            Dictionary<MediaFileKey, CataloguedFile> model = [];
            for (int step = 0; step < 30; step++)
            {
                if (random.Next(4) == 0)
                {
                    string[] gone = [.. paths.Where(_ => random.Next(4) == 0)];
                    await catalogue.RemoveAsync(gone);
                    model = model.Where(entry => !gone.Contains(entry.Key.Path, StringComparer.Ordinal)).ToDictionary();
                }
                else
                {
                    CataloguedFile[] saved = [.. paths.Where(_ => random.Next(3) == 0).Select(path => Entry(path, random))];
                    await catalogue.SaveAsync(saved);
                    foreach (CataloguedFile file in saved)
                    {
                        model[file.Key] = file;
                    }
                }

                string[] asked = [.. paths.Where(_ => random.Next(2) == 0), "/never/saved"];
                Assert.That(await catalogue.FindAsync(asked), Is.EquivalentTo(model.Values.Where(file => asked.Contains(file.Key.Path, StringComparer.Ordinal))));
            }
        }
    }

    [Test]
    public async Task Largest_batches_are_saved_found_and_removed()
    {
        IMediaCatalogue catalogue = await CreateAsync();
        var random = new Random(1);
        CataloguedFile[] files = [.. Enumerable.Range(0, IMediaCatalogue.MostAtOnce).Select(index => Entry($"/films/{index}", random))];
        string[] paths = [.. files.Select(file => file.Key.Path)];
        await catalogue.SaveAsync(files);
        Assert.That(await catalogue.FindAsync(paths), Is.EquivalentTo(files));
        await catalogue.RemoveAsync(paths);
        Assert.That(await catalogue.FindAsync(paths), Is.Empty);
    }

    [Test]
    public async Task Nothing_is_asked_saved_and_removed()
    {
        IMediaCatalogue catalogue = await CreateAsync();
        await catalogue.SaveAsync([]);
        await catalogue.RemoveAsync([]);
        Assert.That(await catalogue.FindAsync([]), Is.Empty);
    }

    [Test]
    public async Task Formats_are_kept_for_each_channel_replaced_and_removed()
    {
        IMediaCatalogue catalogue = await CreateAsync();
        var random = new Random(2);
        CopyFormats first = RandomFacts.Formats(random), second = RandomFacts.Formats(random);
        (Guid one, Guid two) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.That(await catalogue.FindFormatsAsync(one), Is.Null);
        await catalogue.SaveFormatsAsync(one, first);
        await catalogue.SaveFormatsAsync(two, second);
        Assert.That(await catalogue.FindFormatsAsync(one), Is.EqualTo(first));
        await catalogue.SaveFormatsAsync(one, second);
        Assert.That(await catalogue.FindFormatsAsync(one), Is.EqualTo(second));
        await catalogue.SaveFormatsAsync(one, null);
        Assert.That(await catalogue.FindFormatsAsync(one), Is.Null);
        Assert.That(await catalogue.FindFormatsAsync(two), Is.EqualTo(second));
    }

    [Test]
    public async Task Callers_on_several_threads_do_not_disturb_each_other()
    {
        IMediaCatalogue catalogue = await CreateAsync();
        await Parallel.ForAsync(0, 16, async (worker, token) =>
        {
            var random = new Random(worker);
            CataloguedFile[] own = [.. Enumerable.Range(0, 20).Select(index => Entry($"/worker/{worker}/{index}", random))];
            foreach (CataloguedFile file in own)
            {
                await catalogue.SaveAsync([file], token);
            }

            Assert.That(await catalogue.FindAsync([.. own.Select(file => file.Key.Path)], token), Is.EquivalentTo(own));
        });
    }

    private static CataloguedFile Entry(string path, Random random)
    {
        MediaFacts? facts = random.Next(4) == 0 ? null : RandomFacts.Make(random);
        return new CataloguedFile(
            new MediaFileKey(path, random.Next(3) switch { 0 => s_german, 1 => new StreamChoice { Video = 2 }, _ => StreamChoice.Best }),
            new FileStamp(random.NextInt64(1L << 50), random.NextInt64(-1L << 60, 1L << 60)),
            // To the microsecond: no catalogue need keep more.
            Instant.FromUnixTimeTicks(random.NextInt64(1L << 50) * 10))
        {
            Facts = facts,
            Problem = facts is null || random.Next(5) == 0 ? $"'{path}' contains no picture or sound that can be read." : null,
        };
    }
}
