using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Time;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Tests.Catalogue;

/// <summary>How a catalogue fails.</summary>
public enum Fault
{
    None,
    Throws,
    ThrowsLater,
    ThrowsAtSave,
    Null,
    Rubbish,
    Silent,
    Blocks,
}

/// <summary>A catalogue that fails in one of the ways in which a store can.</summary>
internal sealed class FaultyCatalogue(Fault fault) : IMediaCatalogue, IDisposable
{
    private readonly ManualResetEventSlim _over = new();

    public Fault Fault { get; set; } = fault;

    /// <summary>What has been saved without a failure.</summary>
    public InMemoryMediaCatalogue Inner { get; } = new();

    public Task<IReadOnlyList<CataloguedFile>> FindAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken = default) => FailAsync(
        () => Inner.FindAsync(paths, cancellationToken),
        () =>
        {
            var stamp = new FileStamp(1, 1);
            return
            [
                null!,
                new CataloguedFile(default, stamp, default),
                new CataloguedFile(new MediaFileKey(paths[0], null!), stamp, default),
                new CataloguedFile(new MediaFileKey("/never/asked/for", StreamChoice.Best), stamp, default) { Problem = "none" },
                .. paths.Select(path => new CataloguedFile(new MediaFileKey(path, StreamChoice.Best), StampReader.Read(path) ?? stamp, Instant.MaxValue)
                {
                    Facts = new MediaFacts(ClockTime.None, null, null, ClockTime.None) { Changes = default },
                }),
            ];
        },
        cancellationToken);

    public Task SaveAsync(IReadOnlyList<CataloguedFile> files, CancellationToken cancellationToken = default) =>
        Fault == Fault.ThrowsAtSave ? throw new IOException("The disk is full.") : FailAsync(
            async () =>
            {
                await Inner.SaveAsync(files, cancellationToken);
                return string.Empty;
            },
            () => string.Empty,
            cancellationToken);

    public Task RemoveAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken = default) => Inner.RemoveAsync(paths, cancellationToken);

    public Task<CopyFormats?> FindFormatsAsync(Guid channel, CancellationToken cancellationToken = default) => FailAsync(
        () => Inner.FindFormatsAsync(channel, cancellationToken), () => new CopyFormats(new ChannelFormats(null, null), null)!, cancellationToken)!;

    public Task SaveFormatsAsync(Guid channel, CopyFormats? formats, CancellationToken cancellationToken = default) =>
        Inner.SaveFormatsAsync(channel, formats, cancellationToken);

    public void Dispose() => _over.Set();

    private async Task<T> FailAsync<T>(Func<Task<T>> right, Func<T> rubbish, CancellationToken cancellationToken)
    {
        switch (Fault)
        {
            case Fault.ThrowsLater:
                await Task.Yield();
                throw new InvalidOperationException("The store is away.");
            case Fault.Null:
                return default!;
            case Fault.Rubbish:
                return rubbish();
            case Fault.Silent:
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
                break;
            case Fault.Blocks:
                _over.Wait(CancellationToken.None);
                break;
        }

        return Fault == Fault.Throws ? throw new InvalidOperationException("The store is away.") : await right();
    }
}
