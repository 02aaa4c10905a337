using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Configuration;

/// <summary>
/// What an operator writes about the AuthZEN endpoints: their address, and what the words of other systems mean here. Words are
/// translated, nothing is permitted by them.
/// </summary>
public sealed class AuthZenOptions
{
    /// <summary>
    /// Base address by which others reach the endpoints, such as <c>https://pdp.hospital.example</c>: https, without query and fragment.
    /// Null: the metadata are not served, the endpoints answer all the same.
    /// </summary>
    public string? BaseUrl { get; set; }

    /// <summary>Types of subjects that stand for a registered client, beside <c>client</c>.</summary>
    public IReadOnlyList<string> Subjects { get; set; } = [];

    /// <summary>Types of resources and the FHIR type that each stands for, beside the FHIR types themselves.</summary>
    public IReadOnlyDictionary<string, string> Resources { get; set; } = new Dictionary<string, string>();

    /// <summary>Names of actions and the word of a grant that each stands for, beside those words themselves.</summary>
    public IReadOnlyList<AuthZenAction> Actions { get; set; } = [];

    /// <summary>Records that searches find, and what is known of them where a question does not say it.</summary>
    public IReadOnlyList<AuthZenRecord> Records { get; set; } = [];

    /// <summary>Everything wrong with these options, as key and message; empty when they can be used.</summary>
    public IReadOnlyList<(string Key, string Message)> Validate()
    {
        var problems = new List<(string, string)>();
        if (BaseUrl is not null && !IsBase(BaseUrl))
        {
            problems.Add(("Admin:AuthZen:BaseUrl", "must be https://host or https://host:port, without path, query and fragment."));
        }

        foreach (var (word, type) in Resources.Where(static pair => !ResourceType.TryParse(pair.Value, out _)))
        {
            problems.Add(("Admin:AuthZen:Resources", $"'{word}' must mean a FHIR R4 type, not '{type}'."));
        }

        // An action that means nothing known would be denied for ever, and nobody would know why.
        foreach (var action in Actions)
        {
            if (action.Name.Length == 0 || !InteractionWords.All.Contains(action.Means) || action.Means == "export")
            {
                problems.Add(("Admin:AuthZen:Actions", $"'{action.Name}' must have a name and mean a word of grants other than export."));
            }

            if (action.Property is null != action.Value is null)
            {
                problems.Add(("Admin:AuthZen:Actions", $"'{action.Name}' needs both Property and Value, or neither."));
            }
        }

        foreach (var record in Records)
        {
            var type = Resources.TryGetValue(record.Type, out var means) ? means : record.Type;
            if (!ResourceType.TryParse(type, out _) || !FhirId.IsValid(record.Id))
            {
                problems.Add(
                    ("Admin:AuthZen:Records", $"each must have a Type that is known and an Id that is a FHIR id; '{record.Type}' has not.")
                );
            }
        }

        return problems;
    }

    private static bool IsBase(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme == Uri.UriSchemeHttps
        && uri.PathAndQuery == "/"
        && uri.Fragment.Length + uri.UserInfo.Length == 0
        && !text.Contains('?', StringComparison.Ordinal);
}
