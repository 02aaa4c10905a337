using System.Text.Json;
using PhiGateway.Policy.Registry;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>
/// Gives the singular word of a kind of document, as events, targets and reports name it: <c>use-case</c>, <c>use-case/labs</c>.
/// </summary>
public static class KindWord
{
    /// <summary>Such as <c>use-case</c>.</summary>
    public static string Of(RegistryKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    /// <summary>Such as <c>use-case/labs</c>.</summary>
    public static string Of(RegistryKind kind, string id) => Of(kind) + "/" + id;
}
