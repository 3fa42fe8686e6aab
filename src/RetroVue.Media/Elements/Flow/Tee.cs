using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Elements.Flow;

/// <summary>
/// Passes each buffer and event to all its outputs, without a copy: the buffer is shared and therefore read-only downstream.
/// </summary>
public sealed class Tee : Element
{
    private OutputPad[] _branches = [];

    /// <summary>Makes a tee without outputs.</summary>
    public Tee(string name)
        : base(name) => AddInput();

    /// <summary>Adds a branch; only before the pipeline starts.</summary>
    public OutputPad AddBranch()
    {
        OutputPad pad = AddOutput($"out{_branches.Length}");
        _branches = [.. _branches, pad];
        return pad;
    }

    /// <inheritdoc/>
    protected internal override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        OutputPad[] branches = _branches;
        if (branches.Length == 0)
        {
            buffer.Release();
            return;
        }

        // One interlocked operation for all branches; each then owns one reference.
        buffer.Retain(branches.Length - 1);
        int handed = 0;
        try
        {
            while (handed < branches.Length)
            {
                branches[handed++].Push(buffer);
            }
        }
        finally
        {
            // A branch that failed owns its reference; the branches after it have not received theirs yet.
            for (; handed < branches.Length; handed++)
            {
                buffer.Release();
            }
        }
    }
}
