using FluentMigrator.Runner.VersionTableInfo;

namespace RetroVue.Runtime.Storage.Migrations;

/// <summary>The table of the migrations that were applied; its name says whose it is.</summary>
internal sealed class VersionTable : IVersionTableMetaData
{
    public bool OwnsSchema => false;

    public string SchemaName => string.Empty;

    public string TableName => StationMigrations.VersionTable;

    public string ColumnName => "version";

    public string DescriptionColumnName => "description";

    public string UniqueIndexName => "idx_retrovue_versions";

    public string AppliedOnColumnName => "applied_at";

    // The primary key would have the name of the unique index, which PostgreSQL does not allow.
    public bool CreateWithPrimaryKey => false;
}
