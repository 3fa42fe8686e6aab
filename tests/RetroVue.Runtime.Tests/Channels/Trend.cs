namespace RetroVue.Runtime.Tests.Channels;

/// <summary>Whether something that goes up and down also grows.</summary>
internal static class Trend
{
    /// <summary>
    /// What the least held in each minute grows by a minute, by least squares. The least, because what viewers hold at a moment varies by
    /// megabytes, and what leaks is there at the quietest moment too.
    /// </summary>
    /// <param name="samples">Minutes since the start, and what was held.</param>
    public static double PerMinute(IEnumerable<(double Minute, double Value)> samples)
    {
        (double Minute, double Value)[] least = [.. samples.GroupBy(sample => Math.Ceiling(sample.Minute)).Select(minute => (minute.Key, minute.Min(sample => sample.Value)))];
        double meanX = least.Average(sample => sample.Minute), meanY = least.Average(sample => sample.Value);
        double spread = least.Sum(sample => Math.Pow(sample.Minute - meanX, 2));
        return spread > 0 ? least.Sum(sample => (sample.Minute - meanX) * (sample.Value - meanY)) / spread : 0;
    }
}
