using System.Data;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace RetroVue.Runtime.Storage.Values;

/// <summary>
/// JSON as a column: in SQLite a text, in PostgreSQL a jsonb. A type of its own, because what Dapper knows of a type holds for the whole process.
/// </summary>
internal readonly record struct StoredJson(string Text)
{
    /// <summary>Tells Dapper how the column is written and read.</summary>
    internal sealed class Handler : SqlMapper.TypeHandler<StoredJson>
    {
        public override void SetValue(IDbDataParameter parameter, StoredJson value)
        {
            parameter.Value = value.Text;
            if (parameter is NpgsqlParameter postgres)
            {
                postgres.NpgsqlDbType = NpgsqlDbType.Jsonb;
            }
        }

        public override StoredJson Parse(object value) => new((string)value);
    }
}
