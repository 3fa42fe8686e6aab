using System.Globalization;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;
using Spectre.Console;

namespace RetroVue.Samples;

/// <summary>Shows progress: bars on a terminal, and otherwise (as in a log) a plain line from time to time.</summary>
internal static class Progress
{
    private static readonly ClockTime s_lineEvery = ClockTime.FromSeconds(2);

    /// <summary>Runs work that has several parts.</summary>
    /// <param name="parts">The names of the parts, and their lengths.</param>
    /// <param name="work">The work; it reports the progress of a part, on any thread.</param>
    public static async Task RunAsync(IReadOnlyList<(string Name, double Length)> parts, Func<Action<int, double>, Task> work)
    {
        if (AnsiConsole.Profile.Out.IsTerminal)
        {
            await AnsiConsole.Progress().StartAsync(context =>
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
        private ClockTime _told = SystemClock.Instance.Now;

        public void Advance(int part, double value)
        {
            lock (_lock)
            {
                bool isDone = value >= parts[part].Length && _values[part] < parts[part].Length;
                _values[part] = value;
                ClockTime now = SystemClock.Instance.Now;
                if (now - _told < s_lineEvery && !(isDone && parts.Count > 1))
                {
                    return;
                }

                _told = now;
                double percent = 100 * _values.Sum() / Math.Max(1, parts.Sum(one => one.Length));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {percent,3:0} %  {parts[part].Name}"));
            }
        }
    }
}
