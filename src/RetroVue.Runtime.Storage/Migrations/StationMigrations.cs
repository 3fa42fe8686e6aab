using System.Reflection;
using FluentMigrator;
using FluentMigrator.Runner.Initialization;

namespace RetroVue.Runtime.Storage.Migrations;

/// <summary>Hands the migrations to FluentMigrator, which finds public classes only.</summary>
internal sealed class StationMigrations : IFilteringMigrationSource
{
    /// <summary>The table of the migrations that were applied.</summary>
    public const string VersionTable = "retrovue_versions";

    /// <summary>The migrations that this program knows, in order.</summary>
    public static IReadOnlyList<(long Version, string Description)> Known { get; } = [.. Create().Select(Describe).OrderBy(one => one.Version)];

    public IEnumerable<IMigration> GetMigrations(Func<Type, bool> predicate) => Create().Where(migration => predicate(migration.GetType()));

    private static IEnumerable<Migration> Create() => [new M0001EventLog(), new M0002Station()];

    private static (long Version, string Description) Describe(Migration migration)
    {
        MigrationAttribute attribute = migration.GetType().GetCustomAttribute<MigrationAttribute>()!;
        return (attribute.Version, attribute.Description);
    }
}
