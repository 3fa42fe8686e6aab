using System.Globalization;

namespace RetroVue.Tests;

/// <summary>
/// Runs a test on random cases, which differ at every run. Each has a seed; a failure names it, and RETROVUE_SEED repeats it.
/// </summary>
internal static class RandomCases
{
    private const string Variable = "RETROVUE_SEED";

    /// <summary>
    /// Runs the test with generators of <paramref name="count"/> seeds, or only with the seed that the environment names.
    /// </summary>
    public static void Run(int count, Action<Random> test)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out int asked))
        {
            Run(asked, 1, test);
            return;
        }

        int first = Random.Shared.Next(1_000_000_000);
        TestContext.Out.WriteLine($"{count} random cases from {Variable}={first} on");
        Run(first, count, test);
    }

    /// <summary>Runs the test with one seed: a case that failed once, and that every run tries again.</summary>
    public static void Repeat(int seed, Action<Random> test) => Run(seed, 1, test);

    private static void Run(int first, int count, Action<Random> test)
    {
        for (int seed = first; seed < first + count; seed++)
        {
            try
            {
                // Generators with neighbouring seeds begin with similar numbers. The multiplication prevents that.
                test(new Random(unchecked(seed * (int)2_654_435_769)));
            }
            catch (Exception exception) when (exception is not IgnoreException)
            {
                throw new AssertionException($"Case {seed - first + 1} of {count} failed; {Variable}={seed} repeats it alone. {exception.Message}", exception);
            }
        }
    }
}
