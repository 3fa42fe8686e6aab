using RetroVue.Media.Formats;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// A node of a pipeline. Elements are synchronous: buffers and events come in through <see cref="OnBuffer"/> and <see cref="OnEvent"/> on
/// the thread of the task that pushed them, and go out through <see cref="OutputPad.Push(MediaBuffer)"/>. An element that works by itself
/// (a source, a queue, a muxer, a clocked sink) adds a <see cref="StepTask"/>.
/// </summary>
/// <remarks>
/// One thread at a time feeds an input. An element with several inputs stores their buffers and works in a task of its own, because several
/// threads may feed it. <see cref="Prepare"/>, <see cref="Start"/>, <see cref="Stop"/> and <see cref="Dispose()"/> are called by the
/// pipeline, never while a step runs. Elements pass on metadata that they do not have to change.
/// </remarks>
public abstract class Element : IDisposable
{
    private readonly List<InputPad> _inputs = [];
    private readonly List<OutputPad> _outputs = [];
    private readonly List<StepTask> _tasks = [];
    private Pipeline? _pipeline;

    /// <summary>Makes an element.</summary>
    /// <param name="name">Its name, unique in its pipeline; errors and logs contain it.</param>
    protected Element(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>The name, unique in the pipeline.</summary>
    public string Name { get; }

    /// <summary>The inputs, in the order they were added.</summary>
    public IReadOnlyList<InputPad> Inputs => _inputs;

    /// <summary>The outputs, in the order they were added.</summary>
    public IReadOnlyList<OutputPad> Outputs => _outputs;

    /// <summary>The tasks, in the order they were added.</summary>
    public IReadOnlyList<StepTask> Tasks => _tasks;

    /// <summary>The latency of the element.</summary>
    public virtual ElementLatency Latency => ElementLatency.None;

    /// <summary>The pipeline of the element.</summary>
    /// <exception cref="InvalidOperationException">The element has not been added to a pipeline.</exception>
    public Pipeline Pipeline
    {
        get => _pipeline ?? throw new InvalidOperationException($"'{Name}' has not been added to a pipeline.");
        internal set => _pipeline = _pipeline is null || ReferenceEquals(_pipeline, value)
            ? value
            : throw new InvalidOperationException($"'{Name}' belongs to another pipeline already.");
    }

    /// <summary>True if no output is linked. The pipeline completes when each sink has received its whole stream.</summary>
    public bool IsSink => _outputs.TrueForAll(output => output.Peer is null);

    /// <summary>Releases the element's resources. The pipeline does this for its elements.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds an input.</summary>
    /// <param name="name">Its name, unique among the inputs.</param>
    /// <param name="gate">A gate, if the input stores buffers and can be full.</param>
    protected InputPad AddInput(string name = "in", RoomGate? gate = null)
    {
        var pad = new InputPad(this, name, gate);
        _inputs.Add(pad);
        return pad;
    }

    /// <summary>Adds an output.</summary>
    protected OutputPad AddOutput(string name = "out")
    {
        var pad = new OutputPad(this, name);
        _outputs.Add(pad);
        return pad;
    }

    /// <summary>Adds a task; only before the element is added to a pipeline.</summary>
    protected StepTask AddTask(Func<StepResult> step, StepPlacement placement = StepPlacement.Shared)
    {
        var task = new StepTask(_tasks.Count == 0 ? Name : $"{Name}-{_tasks.Count + 1}", step, placement);
        _tasks.Add(task);
        return task;
    }

    /// <summary>True if an input accepts a format. Called when the format is announced.</summary>
    protected internal virtual bool Accepts(InputPad input, MediaFormat format) => true;

    /// <summary>
    /// Returns a format that an input would accept, for sources with a choice and for error messages; null if there is no preference.
    /// </summary>
    protected internal virtual MediaFormat? Preferred(InputPad input) => null;

    /// <summary>
    /// Opens the element's resources. Called on a thread that may block; downstream elements are prepared first, so an element may announce
    /// formats on its outputs here.
    /// </summary>
    protected internal virtual void Prepare()
    {
    }

    /// <summary>Called before the first step, when the pipeline's clock runs and the base time is set.</summary>
    protected internal virtual void Start()
    {
    }

    /// <summary>Ends a native call that may block a step; called on any thread while steps may run.</summary>
    protected internal virtual void Interrupt()
    {
    }

    /// <summary>
    /// Asks a source to end its stream, with the end-of-stream event, after the present unit of work; any thread. Other elements ignore it:
    /// they end when their inputs have ended.
    /// </summary>
    protected internal virtual void EndStream()
    {
    }

    /// <summary>Called once, after the last step: releases stored buffers and completes output (a file's trailer).</summary>
    protected internal virtual void Stop()
    {
    }

    /// <summary>Takes a buffer; the element then owns its reference. Must not block.</summary>
    protected internal abstract void OnBuffer(InputPad input, MediaBuffer buffer);

    /// <summary>
    /// Takes an event between buffers. The default implementation passes it to all outputs; a sink whose inputs have all ended reports its
    /// end to the pipeline.
    /// </summary>
    protected internal virtual void OnEvent(InputPad input, MediaEvent mediaEvent) => Forward(mediaEvent);

    /// <summary>Pushes an event to all outputs; if it ends the stream of a sink, reports that.</summary>
    protected void Forward(MediaEvent mediaEvent)
    {
        foreach (OutputPad output in _outputs)
        {
            output.Push(mediaEvent);
        }

        if (mediaEvent is EndOfStream && IsSink)
        {
            ReportEnd();
        }
    }

    /// <summary>
    /// Tells the pipeline that this sink has received its whole stream; call it when all inputs have ended and no work is left.
    /// </summary>
    protected void ReportEnd() => _pipeline?.OnSinkEnded(this);

    /// <summary>Releases the element's resources.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    internal bool Blame(Exception exception)
    {
        // An exception filter runs for the innermost element first, which is the one that failed.
        if (!exception.Data.Contains(ElementException.ElementKey))
        {
            exception.Data[ElementException.ElementKey] = Name;
        }

        return false;
    }
}
