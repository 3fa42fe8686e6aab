namespace RetroVue.Media.Elements.TestSources;

/// <summary>Finds the beeps of a <see cref="TestToneSource"/> in recorded sound.</summary>
/// <remarks>
/// Thread-safe. Exact to the sample in unchanged sound; coding and resampling spread the onset over some samples, and the middle one is
/// found.
/// </remarks>
public static class ToneBeeps
{
    // Between the soft tone's peak and the beep's first sample.
    private const float Threshold = (float)((TestToneSource.ToneLevel + TestToneSource.BeepLevel) / 2);

    /// <summary>
    /// Returns the indices of the samples at which beeps begin, in order. A beep in the first 10 ms is omitted, because it may have begun
    /// before.
    /// </summary>
    /// <param name="samples">One channel; full scale is 1.</param>
    /// <param name="sampleRate">Samples per second.</param>
    public static IReadOnlyList<int> FindOnsets(ReadOnlySpan<float> samples, int sampleRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1);
        // A beep crosses zero every half millisecond: if it is quiet for this long, there is no beep.
        int quiet = sampleRate / 100;
        var onsets = new List<int>();
        int lastLoud = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            if (Math.Abs(samples[i]) < Threshold)
            {
                continue;
            }

            if (i - lastLoud > quiet)
            {
                onsets.Add(i);
            }

            lastLoud = i;
        }

        return onsets;
    }
}
