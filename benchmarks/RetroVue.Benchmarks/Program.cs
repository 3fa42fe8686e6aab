using BenchmarkDotNet.Running;
using RetroVue.Benchmarks.Rows;

if (args is ["row", var measure, .. var arguments])
{
    return await RowTable.RunAsync(measure, arguments);
}

BenchmarkSwitcher.FromAssembly(typeof(RowTable).Assembly).Run(args);
return 0;
