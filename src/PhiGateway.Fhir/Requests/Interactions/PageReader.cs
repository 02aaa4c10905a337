using System.Buffers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>
/// Reads requests that carry one of the gateway's sealed handles: <c>/?_page={handle}</c> for pages, <c>/_export/{handle}</c> for jobs,
/// <c>/_file/{handle}</c> for files. Whatever handles an upstream issues (<c>_getpages</c> and kin) are refused: nobody decided what is
/// behind them.
/// </summary>
internal static class PageReader
{
    /// <summary>The parameter of a sealed page.</summary>
    internal const string Parameter = "_page";

    private static readonly SearchValues<char> Opaque = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    internal static bool HasHandle(CanonicalRequest line)
    {
        for (var i = 0; i < line.QueryArray.Length; i++)
        {
            if (line.QueryArray[i].Name == Parameter)
            {
                return true;
            }
        }

        return false;
    }

    internal static Reading<FhirRequest> Read(RequestSource source) =>
        // Clients that say the form in each of their addresses say it here too; what it says was checked before.
        WriteReader.WithoutFormat(source.Line.Query) switch
        {
            _ when source.Bundle is not null => Refusal.Unknown("handle in a bundle").As<FhirRequest>(),
            [{ Name: Parameter } page] => Done(source, page.Value, Interaction.SearchPage, $"{source.Method} /?{Parameter}"),
            _ => Refusal.Query("page handle beside other parameters").As<FhirRequest>(),
        };

    internal static Reading<FhirRequest> ReadHandle(RequestSource source, string handle, bool isFile)
    {
        var query = WriteReader.WithoutFormat(source.Line.Query);
        if (query.Count > 0 || source.Bundle is not null)
        {
            var refusal = Refusal.Parameter("handle takes no parameters");
            return (query is [var first, ..] ? refusal.About(first.Name) : refusal).As<FhirRequest>();
        }

        if (isFile)
        {
            return Done(source, handle, Interaction.ExportFile, $"{source.Method} /_file/{{handle}}");
        }

        var interaction = source.Method == "DELETE" ? Interaction.ExportCancel : Interaction.ExportStatus;
        return Done(source, handle, interaction, $"{source.Method} /_export/{{handle}}");
    }

    private static Reading<FhirRequest> Done(RequestSource source, string handle, Interaction interaction, string template)
    {
        if (handle.Length is < 16 or > CanonicalPath.MaxSegmentLength || handle.AsSpan().ContainsAnyExcept(Opaque))
        {
            return Reading<FhirRequest>.Refused(DenyReason.HandleNotYours, "handle outside the grammar");
        }

        return Reading<FhirRequest>.Of(
            new FhirRequest
            {
                Canonical = source.Line,
                Interaction = interaction,
                Handle = handle,
                Parts = [],
                Headers = source.Headers,
                Template = template,
            }
        );
    }
}
