using Microsoft.EntityFrameworkCore;

namespace PhiGateway.Storage.Schema;

/// <summary>Gives columns, keys and indexes the lower-case names that the SQL of the stores uses.</summary>
internal static class SnakeCase
{
    public static void Apply(ModelBuilder model)
    {
        foreach (var entity in model.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(Convert(property.Name));
            }

            foreach (var key in entity.GetKeys())
            {
                key.SetName("pk_" + entity.GetTableName());
            }

            foreach (var index in entity.GetIndexes())
            {
                index.SetDatabaseName(
                    index.Name ?? $"ix_{entity.GetTableName()}_{string.Join('_', index.Properties.Select(p => Convert(p.Name)))}"
                );
            }
        }
    }

    private static string Convert(string name) =>
        string.Concat(name.Select((c, i) => (i > 0 && char.IsUpper(c) ? "_" : "") + char.ToLowerInvariant(c)));
}
