namespace RetroVue.Benchmarks.Rows;

/// <summary>Our side of `benchmarks/compare`: the measures by name.</summary>
internal static class RowTable
{
    private const int Measured = 0;
    private const int WrongUsage = 2;
    private const int UnknownMeasure = 3;

    private static readonly Dictionary<string, Func<string[], Task<string>>> s_measures = new(StringComparer.Ordinal)
    {
        ["clock-read"] = ClockReadRow.MeasureAsync,
        ["wait"] = WaitRow.MeasureAsync,
        ["inline"] = InlineRow.MeasureAsync,
        ["queue"] = QueueRow.MeasureAsync,
        ["queue-wake"] = QueueWakeRow.MeasureAsync,
        ["tee-100"] = TeeRow.MeasureAsync,
        ["alloc"] = AllocationRow.MeasureAsync,
        ["remux"] = RemuxRow.MeasureAsync,
        ["join"] = JoinRow.MeasureAsync,
        ["channel"] = ChannelRow.MeasureAsync,
        ["capture"] = CaptureRow.MeasureAsync,
        ["events-sqlite-single"] = SqliteAppendRow.MeasureAsync,
        ["events-sqlite-delivery"] = EventDeliveryRow.MeasureSqliteAsync,
        ["events-sqlite-read"] = EventReadRow.MeasureSqliteAsync,
        ["events-pg-batch"] = PostgresBatchRow.MeasureAsync,
        ["events-pg-single"] = PostgresSingleRow.MeasureAsync,
        ["events-pg-delivery"] = EventDeliveryRow.MeasurePostgresAsync,
        ["events-pg-read"] = EventReadRow.MeasurePostgresAsync,
    };

    /// <summary>Runs a measure and prints its line of key=value pairs.</summary>
    /// <returns>The exit code for `compare`.</returns>
    public static async Task<int> RunAsync(string measure, string[] arguments)
    {
        if (!s_measures.TryGetValue(measure, out Func<string[], Task<string>>? measureAsync))
        {
            await Console.Error.WriteLineAsync($"There is no measure '{measure}'. The measures are {string.Join(", ", s_measures.Keys)}.");
            return UnknownMeasure;
        }

        try
        {
            Console.WriteLine(await measureAsync(arguments));
            return Measured;
        }
        catch (UsageException exception)
        {
            await Console.Error.WriteLineAsync($"{measure}: {exception.Message}");
            return WrongUsage;
        }
    }
}
