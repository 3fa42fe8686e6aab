using System.Globalization;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;
using Spectre.Console;

namespace RetroVue.Samples;

/// <summary>Shows how far something is: bars on a terminal; elsewhere, as in a log, a plain line now and then.</summary>
internal static class Progress
{
    private static readonly ClockTime s_lineEvery = ClockTime.FromSeconds(2);

    /// <summary>Does work of several parts.</summary>
    /// <param name="parts">Their names, and what they count to.</param>
    /// <param name="work">The work; it says of a part how far it is, on any thread.</param>
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

    /// <summary>What is told in plain lines; thread-safe.</summary>
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
