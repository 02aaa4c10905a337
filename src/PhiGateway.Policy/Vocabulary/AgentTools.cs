namespace PhiGateway.Policy.Vocabulary;

/// <summary>The tools by which AI agents ask over the Model Context Protocol; a charter names those that its agent may use.</summary>
public static class AgentTools
{
    /// <summary>Reads one record.</summary>
    public const string Read = "fhir_read";

    /// <summary>Searches.</summary>
    public const string Search = "fhir_search";

    /// <summary>Fetches a further page of a search.</summary>
    public const string Page = "fhir_page";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Read, Search, Page];
}
