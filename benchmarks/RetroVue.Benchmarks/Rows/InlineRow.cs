using System.Security.Cryptography;
using RetroVue.Benchmarks.Elements;

namespace RetroVue.Benchmarks.Rows;

/// <summary>
/// Measures the cost of an element in a line: the cost of a buffer in a line of ten elements that read and write metadata, minus its cost
/// in a line without elements, divided by ten.
/// </summary>
internal static class InlineRow
{
    private const int Elements = 10;
    private const int Kinds = 4;

    public static async Task<string> MeasureAsync(string[] arguments)
    {
        long buffers = Arguments.Count(arguments, 0, 500) * 1000L;
        // Elements of all classes in random order, so that the compiler cannot optimise for one class or for one order.
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
