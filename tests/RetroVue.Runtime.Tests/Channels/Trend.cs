namespace RetroVue.Runtime.Tests.Channels;

/// <summary>Tells if a value that goes up and down also grows.</summary>
internal static class Trend
{
    /// <summary>
    /// Returns the growth per minute of the least value in each minute, by least squares. It takes the least value because what viewers
    /// hold at a moment varies by megabytes, and a leak is there at the quietest moment too.
    /// </summary>
    /// <param name="samples">The minutes since the start, each with the value at that time.</param>
    public static double PerMinute(IEnumerable<(double Minute, double Value)> samples)
    {
        (double Minute, double Value)[] least = [.. samples.GroupBy(sample => Math.Ceiling(sample.Minute)).Select(minute => (minute.Key, minute.Min(sample => sample.Value)))];
        double meanX = least.Average(sample => sample.Minute), meanY = least.Average(sample => sample.Value);
        double spread = least.Sum(sample => Math.Pow(sample.Minute - meanX, 2));
        return spread > 0 ? least.Sum(sample => (sample.Minute - meanX) * (sample.Value - meanY)) / spread : 0;
    }
}
