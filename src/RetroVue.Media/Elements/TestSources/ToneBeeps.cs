namespace RetroVue.Media.Elements.TestSources;

/// <summary>Finds the beeps of a <see cref="TestToneSource"/> in recorded sound.</summary>
/// <remarks>
/// Thread-safe. Exact to the sample in sound that was not changed; coding and resampling spread the onset over some samples, the middle
/// of which is found.
/// </remarks>
public static class ToneBeeps
{
    // Between the soft tone's peak and the beep's first sample.
    private const float Threshold = (float)((TestToneSource.ToneLevel + TestToneSource.BeepLevel) / 2);

    /// <summary>
    /// The indices of the samples that begin a beep, in order. One that begins in the first 10 ms is not told from one that had begun
    /// before, and is left out.
    /// </summary>
    /// <param name="samples">One channel, full scale at 1.</param>
    /// <param name="sampleRate">Samples per second.</param>
    public static IReadOnlyList<int> FindOnsets(ReadOnlySpan<float> samples, int sampleRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1);
        // A beep swings through zero every half millisecond: quiet for this long means that none sounds.
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
