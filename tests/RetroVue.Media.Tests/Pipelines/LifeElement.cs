using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>Records the calls of its life, and fails in the call that the test names.</summary>
internal sealed class LifeElement : Element
{
    private readonly List<string> _log;

    public LifeElement(string name, List<string> log, bool hasInput = true)
        : base(name)
    {
        _log = log;
        if (hasInput)
        {
            AddInput();
        }
        else
        {
            AddOutput();
        }
    }

    public long FailAt { get; init; } = -1;

    public bool FailsToPrepare { get; init; }

    public bool FailsToStop { get; init; }

    public string FailsAt { get; init; } = "";

    public MediaFormat? Wanted { get; init; }

    protected internal override bool Accepts(InputPad input, MediaFormat format) => Wanted is null || format == Wanted;

    protected internal override MediaFormat? Preferred(InputPad input) => Wanted;

    protected internal override void Prepare()
    {
        if (FailsToPrepare)
        {
            throw new InvalidDataException("cannot open");
        }

        _log.Add($"prepare {Pipeline.State}");
    }

    protected internal override void Start() => Live("start", $"start {Pipeline.State}");

    protected internal override void Interrupt() => Live("interrupt");

    protected internal override void EndStream() => Live("end");

    protected internal override void Stop()
    {
        Live("stop");
        if (FailsToStop)
        {
            throw new InvalidOperationException("cannot stop");
        }
    }

    protected internal override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        long sequence = buffer.Sequence;
        buffer.Release();
        if (sequence == FailAt)
        {
            throw new InvalidDataException($"buffer {sequence} is bad");
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Live("dispose");
    }

    private void Live(string call, string? entry = null)
    {
        _log.Add(entry ?? call);
        if (call == FailsAt)
        {
            throw new InvalidOperationException($"cannot {call}");
        }
    }
}
