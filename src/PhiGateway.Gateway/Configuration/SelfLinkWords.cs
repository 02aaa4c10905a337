using PhiGateway.Fhir.Answers;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Maps the words of <see cref="RouteMetadata.SelfLinks"/> in a route's metadata to the rule for self links.</summary>
internal static class SelfLinkWords
{
    /// <summary>Reads a word; absent means required, anything else is no word at all.</summary>
    public static bool TryRead(string? word, out SelfLinkRule rule)
    {
        rule = word switch
        {
            "optional" => SelfLinkRule.Optional,
            "ignored" => SelfLinkRule.Ignored,
            _ => SelfLinkRule.Required,
        };
        return word is null or "required" or "optional" or "ignored";
    }
}
