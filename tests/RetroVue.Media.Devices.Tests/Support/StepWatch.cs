using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Support;

/// <summary>
/// Reads a pipeline's running time a thousand times a second, each time between two readings of the system clock. It finds the largest
/// error: the part that the bracket of these two readings and the pipeline clock's largest skew do not explain.
/// </summary>
internal sealed class StepWatch : IDisposable
{
    // The largest difference between the rates of PipelineClock and of the system clock.
    private const double MaxSkew = 1e-3;

    private readonly Pipeline _pipeline;
    private readonly Thread _thread;
    private volatile bool _isOver;

    public StepWatch(Pipeline pipeline)
    {
        _pipeline = pipeline;
        _thread = new Thread(Watch) { Name = "step-watch", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The most nanoseconds by which running time was too far ahead or behind; zero is right.</summary>
    public double WorstStep { get; private set; }

    public long Looks { get; private set; }

    /// <summary>The states of the pipeline that were seen.</summary>
    public HashSet<PipelineState> States { get; } = [];

    /// <summary>The references seen, one after the other.</summary>
    public List<string> References { get; } = [];

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
    }

    private void Watch()
    {
        (ClockTime From, ClockTime Running, ClockTime Until) last = Look();
        while (!_isOver)
        {
            Thread.Sleep(1);
            (ClockTime From, ClockTime Running, ClockTime Until) now = Look();
            double advance = (now.Running - last.Running).Nanoseconds;
            double least = (now.From - last.Until).Nanoseconds * (1 - MaxSkew);
            double most = (now.Until - last.From).Nanoseconds * (1 + MaxSkew);
            // Each of the two times is rounded to whole nanoseconds, so two nanoseconds are allowed.
            WorstStep = Math.Max(WorstStep, Math.Max(advance - most, least - advance) - 2);
            Looks++;
            States.Add(_pipeline.State);
            string reference = _pipeline.Clock.Reference.Name;
            if (References.Count == 0 || References[^1] != reference)
            {
                References.Add(reference);
            }

            last = now;
        }
    }

    private (ClockTime From, ClockTime Running, ClockTime Until) Look()
    {
        ClockTime from = SystemClock.Instance.Now;
        return (from, _pipeline.RunningTime, SystemClock.Instance.Now);
    }
}
