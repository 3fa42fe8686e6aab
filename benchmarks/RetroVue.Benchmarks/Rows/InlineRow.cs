using System.Security.Cryptography;
using RetroVue.Benchmarks.Elements;

namespace RetroVue.Benchmarks.Rows;

/// <summary>What an element in a line costs a buffer: ten that read and write metadata, of classes chosen by chance, less none.</summary>
internal static class InlineRow
{
    private const int Elements = 10;
    private const int Kinds = 4;

    public static async Task<string> MeasureAsync(string[] arguments)
    {
        long buffers = Arguments.Count(arguments, 0, 500) * 1000L;
        // All classes, so that no guess of the compiler's at "the" class can be right, in an order that it cannot know.
        int[] kinds = [.. Enumerable.Range(0, Elements).Select(index => index % Kinds)];
        RandomNumberGenerator.Shuffle<int>(kinds);
        await using FloodLine full = await FloodLine.StartAsync([.. kinds.Select((kind, index) => MetadataElement.Create(kind, $"element-{index}"))]);
        await using FloodLine bare = await FloodLine.StartAsync();
        await WarmUp.RunAsync(async () =>
        {
            await full.PassAsync(10_000);
            await bare.PassAsync(10_000);
        });

        double bareCost = (await bare.PassAsync(buffers)).Nanoseconds / (double)buffers;
        double fullCost = (await full.PassAsync(buffers)).Nanoseconds / (double)buffers;
        return $"{Figures.Pair("ns_per_element", (fullCost - bareCost) / Elements, 1)} {Figures.Pair("bare_ns", bareCost, 1)}";
    }
}
