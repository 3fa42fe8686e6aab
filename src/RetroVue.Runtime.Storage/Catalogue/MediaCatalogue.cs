using System.Data.Common;
using Dapper;
using NodaTime;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Storage.Values;

namespace RetroVue.Runtime.Storage.Catalogue;

/// <summary>The catalogue of media files, in the tables media_files and channel_formats.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class MediaCatalogue(Database database, IClock clock) : IMediaCatalogue
{
    public Task<IReadOnlyList<CataloguedFile>> FindAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken = default)
    {
        Check(paths);
        return database.ReadAsync(
            "The catalogue of media files was not read",
            null,
            async connection => (IReadOnlyList<CataloguedFile>)[.. (await connection.QueryAsync<Row>(new CommandDefinition(
                $"""
                SELECT path AS Path, streams AS Streams, size AS Size, changed_ns AS Changed, probed_at AS ProbedAt, media AS Media, problem AS Problem
                FROM media_files WHERE path {database.IsOneOf("Paths")}
                """,
                new { Paths = paths.ToArray() },
                cancellationToken: cancellationToken)).ConfigureAwait(false)).Select(row => row.ToFile())],
            cancellationToken);
    }

    public Task SaveAsync(IReadOnlyList<CataloguedFile> files, CancellationToken cancellationToken = default)
    {
        Check(files);
        return WriteAsync(
            """
            INSERT INTO media_files (path, streams, size, changed_ns, probed_at, duration_ns, media, problem)
            VALUES (@Path, @Streams, @Size, @Changed, @ProbedAt, @Length, @Media, @Problem)
            ON CONFLICT (path, streams) DO UPDATE SET size = excluded.size, changed_ns = excluded.changed_ns, probed_at = excluded.probed_at,
                duration_ns = excluded.duration_ns, media = excluded.media, problem = excluded.problem
            """,
            files.Select(file => new Row(file)).ToList(),
            cancellationToken);
    }

    public Task RemoveAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken = default)
    {
        Check(paths);
        return WriteAsync($"DELETE FROM media_files WHERE path {database.IsOneOf("Paths")}", new { Paths = paths.ToArray() }, cancellationToken);
    }

    public Task<CopyFormats?> FindFormatsAsync(Guid channel, CancellationToken cancellationToken = default) => database.ReadAsync(
        "The formats of a channel were not read",
        null,
        async connection => CopyFormats.FromJson(await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "SELECT formats FROM channel_formats WHERE channel_id = @Channel",
            new { Channel = new StoredId(channel) },
            cancellationToken: cancellationToken)).ConfigureAwait(false)),
        cancellationToken);

    public Task SaveFormatsAsync(Guid channel, CopyFormats? formats, CancellationToken cancellationToken = default) => formats is null
        ? WriteAsync("DELETE FROM channel_formats WHERE channel_id = @Channel", new { Channel = new StoredId(channel) }, cancellationToken)
        : WriteAsync(
            """
            INSERT INTO channel_formats (channel_id, formats, updated_at) VALUES (@Channel, @Formats, @Now)
            ON CONFLICT (channel_id) DO UPDATE SET formats = excluded.formats, updated_at = excluded.updated_at
            """,
            new { Channel = new StoredId(channel), Formats = new StoredJson(formats.ToJson()), Now = new StoredTime(clock.GetCurrentInstant()) },
            cancellationToken);

    private static void Check<T>(IReadOnlyList<T> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count > IMediaCatalogue.MostAtOnce)
        {
            throw new ArgumentOutOfRangeException(nameof(entries), entries.Count, $"A call takes at most {IMediaCatalogue.MostAtOnce} files.");
        }
    }

    private Task<int> WriteAsync(string sql, object values, CancellationToken cancellationToken) => database.WriteAsync(
        "The catalogue of media files was not written",
        null,
        (DbTransaction transaction) => transaction.Connection!.ExecuteAsync(new CommandDefinition(sql, values, transaction, cancellationToken: cancellationToken)),
        cancellationToken);

    /// <summary>A row of media_files.</summary>
    private sealed record Row(string Path, string Streams, long Size, long Changed, StoredTime ProbedAt, StoredJson? Media, string? Problem)
    {
        public Row(CataloguedFile file)
            : this(
                file.Key.Path,
                StoredChoice.Of(file.Key.Streams),
                file.Stamp.Size,
                file.Stamp.ChangedNanoseconds,
                new StoredTime(file.ProbedAt),
                file.Facts is { } facts ? new StoredJson(facts.ToJson()) : null,
                file.Problem) => Length = file.Facts?.Duration.Nanoseconds;

        /// <summary>The duration, for people who look into the table; what is read is in <see cref="Media"/>.</summary>
        public long? Length { get; }

        public CataloguedFile ToFile() => new(new MediaFileKey(Path, StoredChoice.Read(Streams)), new FileStamp(Size, Changed), ProbedAt.Value)
        {
            Facts = MediaFacts.FromJson(Media?.Text),
            Problem = Problem,
        };
    }
}
