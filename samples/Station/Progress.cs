using System.Globalization;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;
using Spectre.Console;

namespace RetroVue.Samples;

/// <summary>Shows progress: bars on a terminal, and otherwise (as in a log) a plain line from time to time.</summary>
internal static class Progress
{
    private static readonly ClockTime s_lineEvery = ClockTime.FromSeconds(2);

    private static readonly ProgressColumn[] s_columns = [new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()];

    /// <summary>Runs work that has several parts.</summary>
    /// <param name="parts">The names of the parts, and their lengths.</param>
    /// <param name="work">The work; it reports the progress of a part, on any thread.</param>
    public static async Task RunAsync(IReadOnlyList<(string Name, double Length)> parts, Func<Action<int, double>, Task> work)
    {
        if (LinesAboveBars.IsTerminal)
        {
            await AnsiConsole.Progress().Columns(s_columns).StartAsync(context =>
            {
                ProgressTask[] bars = [.. parts.Select(part => context.AddTask(Markup.Escape(part.Name), maxValue: part.Length))];
                return work((part, value) => bars[part].Value = value);
            });
            return;
        }

        var lines = new Lines(parts);
        await work(lines.Advance);
    }

    /// <summary>Progress as plain lines; thread-safe.</summary>
    private sealed class Lines(IReadOnlyList<(string Name, double Length)> parts)
    {
        private readonly Lock _lock = new();
        private readonly double[] _values = new double[parts.Count];
        private readonly ClockTime _began = SystemClock.Instance.Now;
        private ClockTime _told = SystemClock.Instance.Now;
        private double _atLastLine;

        public void Advance(int part, double value)
        {
            lock (_lock)
            {
                bool isDone = value >= parts[part].Length && _values[part] < parts[part].Length;
                _values[part] = value;
                ClockTime now = SystemClock.Instance.Now;
                // Less often as time goes on, so that an hour does not fill a log.
                ClockTime pause = ClockTime.Max(s_lineEvery, ClockTime.FromNanoseconds((now - _began).Nanoseconds / 20));
                if (now - _told < pause && !(isDone && parts.Count > 1))
                {
                    return;
                }

                double all = parts.Sum(one => one.Length), done = _values.Sum();
                double speed = (done - _atLastLine) / Math.Max(1e-3, (now - _told).ToTimeSpan().TotalSeconds);
                (_told, _atLastLine) = (now, done);
                string left = speed > 0 && all / speed < 1e8 ? $", {TimeSpan.FromSeconds(Math.Ceiling((all - done) / speed)):c} left" : "";
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {100 * done / Math.Max(1, all),3:0} %  {parts[part].Name}{left}"));
            }
        }
    }
}
