using System.Text.Json;
using System.Text.Json.Serialization;

namespace PhiGateway.Policy.Registry;

/// <summary>The one JSON form of registry documents: camelCase, kebab-case enums, unknown or duplicate members refused.</summary>
public static class RegistryJson
{
    /// <summary>Frozen options shared by store, admin API and CLI.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Writes an entity.</summary>
    public static string Serialize<T>(T entity)
        where T : IRegistryEntity => JsonSerializer.Serialize(entity, Options);

    /// <summary>Reads an entity; throws <see cref="JsonException"/> with a path when the text is not exactly one.</summary>
    public static T Deserialize<T>(string json)
        where T : IRegistryEntity => JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("The document is null.");

    /// <summary>The entity type of a kind.</summary>
    public static Type TypeOf(RegistryKind kind) =>
        kind switch
        {
            RegistryKind.Organization => typeof(Organization),
            RegistryKind.Agreement => typeof(Agreement),
            RegistryKind.UseCase => typeof(UseCase),
            RegistryKind.Client => typeof(Client),
            RegistryKind.Credential => typeof(Credential),
            RegistryKind.Roster => typeof(Roster),
            RegistryKind.TaskGrant => typeof(TaskGrant),
            RegistryKind.Approval => typeof(Approval),
            RegistryKind.Review => typeof(Review),
            RegistryKind.Alert => typeof(Alert),
            RegistryKind.AdminKey => typeof(AdminKey),
            RegistryKind.Campaign => typeof(Campaign),
            RegistryKind.CampaignItem => typeof(CampaignItem),
            RegistryKind.Case => typeof(AlertCase),
            RegistryKind.SavedSearch => typeof(SavedSearch),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            WriteIndented = false,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
