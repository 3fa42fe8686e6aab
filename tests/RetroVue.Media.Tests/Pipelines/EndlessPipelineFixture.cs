using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>The common part of tests of a pipeline's clock: a pipeline that runs in simulation without end.</summary>
public abstract class EndlessPipelineFixture
{
    private protected SimulatedExecutor Executor { get; private set; } = new();

    private protected Pipeline Pipeline { get; set; } = new();

    [SetUp]
    public void SetUp() => (Executor, Pipeline) = Create();

    [TearDown]
    public async Task TearDown() => await Pipeline.DisposeAsync();

    private protected static (SimulatedExecutor Executor, Pipeline Pipeline) Create()
    {
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(1000));
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        pipeline.Link(pipeline.Add(new CountingSource("source", long.MaxValue, new Rational(1, 3600), executor.Clock)), pipeline.Add(new CollectingSink("sink")));
        return (executor, pipeline);
    }
}
