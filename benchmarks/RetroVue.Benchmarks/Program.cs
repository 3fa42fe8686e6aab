using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using RetroVue.Benchmarks.Rows;

if (args is ["row", var measure, .. var arguments])
{
    return await RowTable.RunAsync(measure, arguments);
}

if (args is [ChannelStation.Command, .. var files])
{
    await ChannelStation.RunAsync(files);
    return 0;
}

// Benchmarks run in this process, because a project that BenchmarkDotNet generates does not build with the repository's settings.
IConfig config = DefaultConfig.Instance
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
    .WithArtifactsPath("artifacts/benchmark-results");
BenchmarkSwitcher.FromAssembly(typeof(RowTable).Assembly).Run(args, config);
return 0;
