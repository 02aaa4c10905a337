using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>Joins query and form of a search into one list: a server would AND them, so they are judged together.</summary>
internal static class SearchInput
{
    internal static Refusal? Merge(RequestSource source, out IReadOnlyList<QueryParameter> parameters)
    {
        parameters = source.Line.Query;
        if (source.Method != "POST")
        {
            return null;
        }

        // Of what is not there the type says nothing; clients add one to each of their requests.
        if (source.Body.IsEmpty)
        {
            return null;
        }

        if (HeaderGrammar.MediaType(source.Headers.ContentType) != "application/x-www-form-urlencoded")
        {
            return new Refusal(DenyReason.UnsupportedMediaType, "_search takes an urlencoded form");
        }

        if (CanonicalQuery.ReadForm(source.Body.Span, source.Context.MaxParameters, out var form) is { } refusal)
        {
            return refusal;
        }

        if (EmptyParameters.Drop(source.Context, source.Line.SegmentArray, ref form) is { } empty)
        {
            return empty;
        }

        PassedParameters.Drop(source, ref form);
        SortForms.Translate(ref form);
        for (var i = 0; i < form.Length; i++)
        {
            if (form[i].Name == "_format" && !RequestHeaders.IsJsonFormat(form[i].Value))
            {
                return new Refusal(DenyReason.NotAcceptable, "_format is not JSON");
            }
        }

        if (parameters.Count + form.Length > source.Context.MaxParameters)
        {
            return Refusal.Query("too many parameters");
        }

        parameters = parameters.Count == 0 ? form : [.. parameters, .. form];
        return null;
    }
}
