using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// A graph of elements that follows one clock. Build it with <see cref="Add{T}"/> and <see cref="Link(Element, Element)"/>, then run it
/// once: <see cref="RunAsync"/> completes when each sink has received its whole stream, or throws the first failure.
/// </summary>
/// <remarks>
/// Not thread-safe while it is built; <see cref="StopAsync"/>, <see cref="RunningTime"/>, <see cref="Clock"/> and <see cref="Events"/> are
/// for any thread. The pipeline owns its elements and disposes of them.
/// </remarks>
public sealed class Pipeline : IAsyncDisposable
{
    private readonly PipelineGraph _graph = new();
    private readonly ElementLifeCycle _lives;
    private readonly PipelineErrors _errors = new();
    private readonly PipelineElection _election;
    private readonly Channel<PipelineEvent> _events;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _ended;
    private readonly ExecutorLock _transition;
    private readonly Lock _lock = new();
    private readonly HashSet<Element> _endedSinks = [];
    private readonly StepTask _disciplineTask;
    private int _sinkCount;

    /// <summary>Makes an empty pipeline.</summary>
    public Pipeline(PipelineOptions? options = null)
    {
        options ??= new PipelineOptions();
        Name = options.Name;
        Executor = options.Executor ?? ThreadedExecutor.Default;
        _logger = options.LoggerFactory?.CreateLogger<Pipeline>() ?? (ILogger)NullLogger<Pipeline>.Instance;
        _events = Channel.CreateBounded<PipelineEvent>(
            new BoundedChannelOptions(options.EventCapacity) { FullMode = BoundedChannelFullMode.DropOldest });
        Telemetry = MediaTelemetry.Of(options.MeterFactory);
        _ended = Executor.CreateCompletion();
        _transition = new ExecutorLock(Executor);
        Clock = new PipelineClock(Executor.Waiter.SystemClock);
        _lives = new ElementLifeCycle(this, _graph, _logger);
        _election = new PipelineElection(this);
        _disciplineTask = new StepTask($"{Name}-clock", DisciplineClock) { Failed = error => Fail($"{Name}-clock", error) };
    }

    /// <summary>The name, for logs and errors.</summary>
    public string Name { get; }

    /// <summary>Runs the pipeline.</summary>
    public Executor Executor { get; }

    /// <summary>The clock that the pipeline follows; <see cref="PipelineClock.Reference"/> is the elected one.</summary>
    public PipelineClock Clock { get; }

    /// <summary>The clock's time at which running time is zero; None before the start.</summary>
    public ClockTime BaseTime { get; private set; } = ClockTime.None;

    /// <summary>The time since the start by <see cref="Clock"/>; None before the start. Never goes back.</summary>
    public ClockTime RunningTime => BaseTime.IsNone ? ClockTime.None : Clock.Now - BaseTime;

    /// <summary>
    /// How much later than its running time media is presented, so that all media arrives in time. Known when the pipeline is prepared.
    /// </summary>
    public ClockTime Latency { get; private set; }

    /// <summary>The state of the pipeline.</summary>
    public PipelineState State { get; private set; }

    /// <summary>Events that are not errors; if nobody reads, the oldest are dropped.</summary>
    public ChannelReader<PipelineEvent> Events => _events.Reader;

    /// <summary>The elements, in the order they were added.</summary>
    public IReadOnlyList<Element> Elements => _graph.Elements;

    internal MediaTelemetry Telemetry { get; }

    /// <summary>Adds an element; the pipeline then owns it.</summary>
    /// <exception cref="LinkException">The name is already used.</exception>
    public T Add<T>(T element)
        where T : Element
    {
        ArgumentNullException.ThrowIfNull(element);
        ThrowUnlessCreated();
        element.Pipeline = this;
        _graph.Add(element);
        return element;
    }

    /// <summary>Links an output to an input.</summary>
    /// <exception cref="LinkException">One of them is linked already, or the link would close a loop.</exception>
    public void Link(OutputPad from, InputPad to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ThrowUnlessCreated();
        _graph.Link(from, to);
    }

    /// <summary>Links the first free output of one element to the first free input of another.</summary>
    /// <exception cref="LinkException">There is no free output or input.</exception>
    public void Link(Element from, Element to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ThrowUnlessCreated();
        OutputPad output = from.Outputs.FirstOrDefault(pad => pad.Peer is null) ?? throw new LinkException($"'{from.Name}' has no free output.");
        InputPad input = to.Inputs.FirstOrDefault(pad => pad.Peer is null) ?? throw new LinkException($"'{to.Name}' has no free input.");
        Link(output, input);
    }

    /// <summary>Links elements in a row.</summary>
    public void Link(Element first, Element second, params ReadOnlySpan<Element> more)
    {
        Link(first, second);
        Element last = second;
        foreach (Element next in more)
        {
            Link(last, next);
            last = next;
        }
    }

    /// <summary>Adds a clock that is not from an element, such as a network clock, to the election.</summary>
    public void UseClock(IClockProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ThrowUnlessCreated();
        _election.AddProvider(provider);
    }

    /// <summary>Sets the reference; from then on there is no election.</summary>
    public void UseClock(IClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ThrowUnlessCreated();
        _election.Fix(clock);
    }

    /// <summary>Elects one of the present clocks and follows it; also done at the start, and when clocks come and go.</summary>
    /// <returns>
    /// The clock that is followed now. If no other clock can be followed: the lost one in hold-over if there was one, or the system clock.
    /// </returns>
    public IClock SelectClock() => _election.Hold();

    /// <summary>Opens all elements, elects the clock and starts the media flow.</summary>
    /// <exception cref="LinkException">The graph is incomplete.</exception>
    /// <exception cref="ElementException">An element could not be opened or started; the others have been stopped.</exception>
    /// <exception cref="InvalidOperationException">The pipeline was already started.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        using Activity? activity = MediaTelemetry.Activities.StartActivity("retrovue.pipeline.start");
        await _transition.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ThrowUnlessCreated();
            _graph.Validate();
            _graph.ConnectGates();
            _sinkCount = _graph.Sinks.Count();
            await PrepareElementsAsync(cancellationToken).ConfigureAwait(false);
            await StartElementsAsync().ConfigureAwait(false);
        }
        finally
        {
            _transition.Exit();
        }
    }

    /// <summary>
    /// Starts the pipeline if it does not run, waits until each sink has received its whole stream, and stops it; cancellation stops it
    /// early. If the pipeline has been stopped, returns at once, or throws its failure again.
    /// </summary>
    /// <exception cref="ElementException">An element failed; contains the first error, with later ones attached.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the pipeline has been stopped.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (State == PipelineState.Created)
        {
            await StartAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await StopAsync().ConfigureAwait(false);
        }

        _errors.ThrowIfAny();
    }

    /// <summary>
    /// Asks each source to end its stream. All captured media still goes to the sinks; then <see cref="RunAsync"/> completes. Use it to
    /// finish a recording. Does no harm if the pipeline does not run. Any thread.
    /// </summary>
    public void End() => _lives.EndStreams();

    /// <summary>Stops the pipeline and releases its resources; does no harm if it does not run. Takes at most about 5 s.</summary>
    public async Task StopAsync()
    {
        await _transition.EnterAsync().ConfigureAwait(false);
        try
        {
            if (State is PipelineState.Created or PipelineState.Stopped or PipelineState.Failed)
            {
                State = State == PipelineState.Created ? PipelineState.Stopped : State;
                return;
            }

            Telemetry.Ended();
            await _lives.StopAsync(_disciplineTask).ConfigureAwait(false);
            State = _errors.IsEmpty ? PipelineState.Stopped : PipelineState.Failed;
        }
        finally
        {
            _transition.Exit();
            // After the release: a run that ends now stops the pipeline too, inline in simulation.
            _ended.TrySetResult();
        }
    }

    /// <summary>
    /// Stops the pipeline and disposes of its elements. Takes at most about 10 s: if a step or a disposal does not end, the rest is done
    /// later, when it has ended.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _election.Dispose();
        await _lives.DisposeElementsAsync().ConfigureAwait(false);
        _events.Writer.TryComplete();
    }

    /// <summary>Adds an event to <see cref="Events"/>; any thread, never blocks.</summary>
    public void Report(string kind, string source, string message)
    {
        Telemetry.Reported(kind);
        _events.Writer.TryWrite(new PipelineEvent(kind, source, RunningTime, message));
    }

    /// <summary>Fails the pipeline: <see cref="RunAsync"/> throws. The first error is the cause; later ones are attached.</summary>
    public void Fail(string element, Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        if (_errors.Add(element, error))
        {
            Telemetry.Failed(error);
        }

        MediaLog.Failed(_logger, Name, element, error);
        _ended.TrySetResult();
    }

    internal void OnSinkEnded(Element sink)
    {
        lock (_lock)
        {
            _endedSinks.Add(sink);
            if (_endedSinks.Count < _sinkCount)
            {
                return;
            }
        }

        _ended.TrySetResult();
    }

    internal void OnElected(IClock clock)
    {
        MediaLog.ClockElected(_logger, Name, clock.Name);
        Report("clock-elected", Name, $"The pipeline follows the clock '{clock.Name}'.");
    }

    private async Task PrepareElementsAsync(CancellationToken cancellationToken)
    {
        State = PipelineState.Prepared;
        try
        {
            await _lives.PrepareAsync(cancellationToken).ConfigureAwait(false);
            Latency = _graph.Latency();
        }
        catch (Exception exception)
        {
            if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                _lives.StopElements();
                State = PipelineState.Stopped;
                _ended.TrySetResult();
                throw;
            }

            // Before elements are stopped: later failures are consequences of this one.
            Fail(Name, exception);
            _lives.StopElements();
            State = PipelineState.Failed;
            if (exception is LinkException)
            {
                throw;
            }

            _errors.ThrowIfAny();
        }
    }

    private async Task StartElementsAsync()
    {
        try
        {
            SelectClock();
            BaseTime = Clock.Now;
            _lives.Start();
        }
        catch (Exception exception)
        {
            // No task of an element runs yet, but opened elements may have threads and callbacks of their own.
            Fail(Name, exception);
            await _lives.StopAsync(_disciplineTask).ConfigureAwait(false);
            State = PipelineState.Failed;
            _errors.ThrowIfAny();
        }

        State = PipelineState.Running;
        Telemetry.Began();
        MediaLog.Started(_logger, Name, _graph.Elements.Count, Clock.Reference.Name);
        _lives.RunTasks();

        // If only the system clock can be followed, there is nothing to steer and nothing to elect.
        if (_election.HasProviders)
        {
            Executor.Attach(_disciplineTask);
        }
    }

    /// <summary>Makes the clock's task look at once instead of at its next turn; any thread.</summary>
    internal void WakeClock() => _disciplineTask.Wake();

    private StepResult DisciplineClock()
    {
        _election.Check();
        Clock.Discipline();
        return StepResult.At(Executor.Waiter.SystemClock, Executor.Waiter.SystemClock.Now + PipelineClock.DisciplineInterval);
    }

    private void ThrowUnlessCreated()
    {
        if (State != PipelineState.Created)
        {
            throw new InvalidOperationException($"The pipeline '{Name}' is {State}; it can be changed and started only while it is {PipelineState.Created}.");
        }
    }
}
