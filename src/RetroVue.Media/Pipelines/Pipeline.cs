using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// A graph of elements that runs by one clock. Put it together with <see cref="Add{T}"/> and <see cref="Link(Element, Element)"/>, then
/// run it once: <see cref="RunAsync"/> completes when every sink has its whole stream, or throws what failed first.
/// </summary>
/// <remarks>
/// Not thread-safe while it is put together; <see cref="StopAsync"/>, <see cref="RunningTime"/>, <see cref="Clock"/> and
/// <see cref="Events"/> are for any thread. The pipeline owns its elements and disposes of them.
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

    /// <summary>An empty pipeline.</summary>
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

    /// <summary>The name that logs and errors carry.</summary>
    public string Name { get; }

    /// <summary>What runs the pipeline.</summary>
    public Executor Executor { get; }

    /// <summary>The clock the pipeline runs by; see <see cref="PipelineClock.Reference"/> for the elected one.</summary>
    public PipelineClock Clock { get; }

    /// <summary>The clock's time at which running time is zero; None before the start.</summary>
    public ClockTime BaseTime { get; private set; } = ClockTime.None;

    /// <summary>The time since the start by <see cref="Clock"/>; None before the start. Never goes back.</summary>
    public ClockTime RunningTime => BaseTime.IsNone ? ClockTime.None : Clock.Now - BaseTime;

    /// <summary>How much later than its running time media is presented, so that all of it arrives in time; known once prepared.</summary>
    public ClockTime Latency { get; private set; }

    /// <summary>Where the pipeline is in its life.</summary>
    public PipelineState State { get; private set; }

    /// <summary>What happens that is no error; the oldest are dropped where nobody reads.</summary>
    public ChannelReader<PipelineEvent> Events => _events.Reader;

    /// <summary>The elements, in the order they were added.</summary>
    public IReadOnlyList<Element> Elements => _graph.Elements;

    internal MediaTelemetry Telemetry { get; }

    /// <summary>Adds an element, which the pipeline owns from now on.</summary>
    /// <exception cref="LinkException">The name is taken.</exception>
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
    /// <exception cref="LinkException">One is linked already, or it would close a loop.</exception>
    public void Link(OutputPad from, InputPad to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ThrowUnlessCreated();
        _graph.Link(from, to);
    }

    /// <summary>Links the first output of one element that is free to the first input of another that is.</summary>
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

    /// <summary>Lets a clock that no element provides, such as a network clock, stand for election.</summary>
    public void UseClock(IClockProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ThrowUnlessCreated();
        _election.AddProvider(provider);
    }

    /// <summary>Fixes the reference: no election is held any more.</summary>
    public void UseClock(IClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ThrowUnlessCreated();
        _election.Fix(clock);
    }

    /// <summary>Holds an election among the clocks there are now and follows the winner; done at the start and when clocks come and go.</summary>
    /// <returns>
    /// The clock now followed; the system clock where no other can be, or the lost one in hold-over where there was one.
    /// </returns>
    public IClock SelectClock() => _election.Hold();

    /// <summary>Opens everything, elects the clock and lets media flow.</summary>
    /// <exception cref="LinkException">The graph is not whole.</exception>
    /// <exception cref="ElementException">An element could not be opened or started; the others have been stopped.</exception>
    /// <exception cref="InvalidOperationException">The pipeline was started before.</exception>
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
    /// Starts the pipeline unless it runs, waits until every sink has its whole stream, and stops it; cancelling stops it early. Of a
    /// pipeline that has been stopped it returns at once, or throws again what it failed with.
    /// </summary>
    /// <exception cref="ElementException">An element failed; it carries the first error, later ones attached.</exception>
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
    /// Asks every source to end its stream: what has been captured goes on to the sinks, and <see cref="RunAsync"/> completes when they have
    /// it all. How a recording is finished; harmless when the pipeline does not run. Any thread.
    /// </summary>
    public void End() => _lives.EndStreams();

    /// <summary>Stops the pipeline and releases what it holds; harmless when it does not run. Takes at most about 5 s.</summary>
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
            // After the release: a run that ends by this stops the pipeline too, inline in simulation.
            _ended.TrySetResult();
        }
    }

    /// <summary>
    /// Stops the pipeline and disposes of its elements. Takes at most about 10 s: if a step does not end, or disposing does not, the
    /// rest is done later, as soon as it has.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _election.Dispose();
        await _lives.DisposeElementsAsync().ConfigureAwait(false);
        _events.Writer.TryComplete();
    }

    /// <summary>Tells whoever reads <see cref="Events"/>; any thread, never blocks.</summary>
    public void Report(string kind, string source, string message)
    {
        Telemetry.Reported(kind);
        _events.Writer.TryWrite(new PipelineEvent(kind, source, RunningTime, message));
    }

    /// <summary>Fails the pipeline: <see cref="RunAsync"/> throws. The first error names the cause, later ones are attached.</summary>
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

            // Before elements are stopped: what fails then came of this.
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
            // None of their tasks runs yet, but what they opened may have threads and callbacks of its own.
            Fail(Name, exception);
            await _lives.StopAsync(_disciplineTask).ConfigureAwait(false);
            State = PipelineState.Failed;
            _errors.ThrowIfAny();
        }

        State = PipelineState.Running;
        Telemetry.Began();
        MediaLog.Started(_logger, Name, _graph.Elements.Count, Clock.Reference.Name);
        _lives.RunTasks();

        // If only the system clock can ever be followed there is nothing to steer and nothing to elect.
        if (_election.HasProviders)
        {
            Executor.Attach(_disciplineTask);
        }
    }

    /// <summary>Has the clock's task look at once for what else it would find at its next turn; any thread.</summary>
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
            throw new InvalidOperationException($"The pipeline '{Name}' is {State}; it can be changed and started only once, when created.");
        }
    }
}
