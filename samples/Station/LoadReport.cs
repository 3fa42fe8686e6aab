using RetroVue.Media.Clocks;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;

namespace RetroVue.Samples;

/// <summary>Shows the progress of loading the station, if that takes long: a line at the start, and one every two seconds.</summary>
internal sealed class LoadReport : IProgress<LoadProgress>
{
    private static readonly ClockTime s_lineEvery = ClockTime.FromSeconds(2);

    private readonly Lock _lock = new();
    private ClockTime _told;

    public void Report(LoadProgress value)
    {
        lock (_lock)
        {
            ClockTime now = SystemClock.Instance.Now;
            if (value.Files == 0 || (value.Done > 0 && now - _told < s_lineEvery))
            {
                return;
            }

            _told = now;
            Console.WriteLine(value.Done == 0 ? $"Loading the station: {value.Files} files to check …" : $"  {value.Done} of {value.Files} files");
        }
    }
}
