namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>
/// Lists the parameters that R4 knows and this gateway refuses: languages of their own, full text, lists, contained matches.
/// </summary>
internal static class UnmodelledParameters
{
    internal static bool Contains(string name) =>
        name.StartsWith('_')
        && name is "_filter" or "_query" or "_content" or "_text" or "_list" or "_contained" or "_containedType" or "_has";
}
