using System.Data;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace RetroVue.Runtime.Storage.Values;

/// <summary>
/// A UUID as a column: in SQLite a text in lower case, in PostgreSQL a uuid. A type of its own, because what Dapper knows of a type holds for the
/// whole process.
/// </summary>
internal readonly record struct StoredId(Guid Value)
{
    /// <summary>The text that SQLite keeps.</summary>
    public string Text => Value.ToString("D");

    /// <summary>Tells Dapper how the column is written and read.</summary>
    internal sealed class Handler : SqlMapper.TypeHandler<StoredId>
    {
        public override void SetValue(IDbDataParameter parameter, StoredId value) =>
            parameter.Value = parameter is SqliteParameter ? value.Text : value.Value;

        public override StoredId Parse(object value) => new(value switch
        {
            string text => Guid.Parse(text, CultureInfo.InvariantCulture),
            Guid id => id,
            _ => throw new DataException(string.Create(CultureInfo.InvariantCulture, $"'{value}' is no UUID.")),
        });
    }
}
