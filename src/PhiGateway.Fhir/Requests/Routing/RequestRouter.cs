using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests.Bodies;
using PhiGateway.Fhir.Requests.Bundles;
using PhiGateway.Fhir.Requests.Interactions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Routing;

/// <summary>
/// Chooses by method and path segments the reader that understands a request (the classification table of R4 3.1.0); what is in no row is
/// refused.
/// </summary>
internal static class RequestRouter
{
    internal static Reading<FhirRequest> Route(RequestSource source)
    {
        if (source.Line.QueryArray.Length > source.Context.MaxParameters)
        {
            return Reading<FhirRequest>.Refused(DenyReason.MalformedQuery, "too many parameters");
        }

        var query = source.Line.QueryArray;
        if (EmptyParameters.Drop(source.Context, source.Line.SegmentArray, ref query) is { } empty)
        {
            return empty.As<FhirRequest>();
        }

        PassedParameters.Drop(source, ref query);
        SortForms.Translate(ref query);
        if (!ReferenceEquals(query, source.Line.QueryArray))
        {
            source = source with { Line = new CanonicalRequest(source.Method, source.Line.Base, source.Line.SegmentArray, query) };
        }

        if (RequestHeaders.Check(source) is { } refusal)
        {
            return refusal.As<FhirRequest>();
        }

        if (source.Headers.IfMatch is { } tag && HeaderGrammar.VersionTag(tag) is { } weak && weak != tag)
        {
            source = source with { Headers = source.Headers with { IfMatch = weak } };
        }

        if (source.Method is "GET" or "HEAD" or "DELETE" && !source.Body.IsEmpty)
        {
            return Reading<FhirRequest>.Refused(DenyReason.MalformedBody, "method takes no body");
        }

        if (source.Method is "POST" or "PUT" && RawBinary.IsOne(source))
        {
            var content = RawBinary.Read(source);
            if (!content.TryGet(out var resource, out var unread))
            {
                return Reading<FhirRequest>.Refused(unread, content.Detail);
            }

            source = resource;
        }

        var segments = source.Line.SegmentArray;
        if (segments.Length == 0)
        {
            return RouteRoot(source);
        }

        if (ResourceType.TryParse(segments[0], out var type))
        {
            return segments.Length switch
            {
                1 => RouteType(source, type),
                2 => RouteBelowType(source, type, segments[1]),
                3 => RouteBelowInstance(source, type, segments[1], segments[2]),
                4 => RouteDeep(source, type, segments),
                _ => Unknown(),
            };
        }

        return segments[0][0] switch
        {
            '_' or '.' or 'm' => RouteSystem(source, segments),
            '$' when segments.Length == 1 => OperationReader.Read(source, default, null, segments[0]),
            _ => Reading<FhirRequest>.Refused(DenyReason.UnknownResourceType, "first segment is no resource type"),
        };
    }

    private static Reading<FhirRequest> RouteRoot(RequestSource source) =>
        source.Method switch
        {
            "GET" or "HEAD" when PageReader.HasHandle(source.Line) => PageReader.Read(source),
            "GET" or "HEAD" when source.Line.QueryArray.Length > 0 => SystemSearchReader.Read(source),
            "GET" or "HEAD" => Unknown(),
            "POST" => BundleReader.Read(source),
            _ => WrongMethod(),
        };

    private static Reading<FhirRequest> RouteSystem(RequestSource source, string[] segments) =>
        segments switch
        {
            ["metadata"] => source.IsGet ? CapabilitiesReader.Read(source, "/metadata") : WrongMethod(),
            [".well-known", "oauth-protected-resource"] => source.IsGet
                ? CapabilitiesReader.Read(source, "/.well-known/oauth-protected-resource")
                : WrongMethod(),
            [".well-known", "smart-configuration"] => source.IsGet
                ? CapabilitiesReader.Read(source, "/.well-known/smart-configuration")
                : WrongMethod(),
            [".well-known", "udap"] => source.IsGet ? CapabilitiesReader.Read(source, "/.well-known/udap") : WrongMethod(),
            ["_search"] => source.Method == "POST" ? SystemSearchReader.Read(source) : WrongMethod(),
            ["_history"] => source.IsGet ? HistoryReader.Read(source, default, null) : WrongMethod(),
            ["_export", _] => source.Method is "GET" or "HEAD" or "DELETE"
                ? PageReader.ReadHandle(source, segments[1], isFile: false)
                : WrongMethod(),
            ["_file", _] => source.IsGet ? PageReader.ReadHandle(source, segments[1], isFile: true) : WrongMethod(),
            _ => Reading<FhirRequest>.Refused(DenyReason.UnknownResourceType, "first segment is no resource type"),
        };

    private static Reading<FhirRequest> RouteType(RequestSource source, ResourceType type) =>
        source.Method switch
        {
            "GET" or "HEAD" => TypeSearchReader.Read(source, type, default, null, string.Empty),
            "POST" => WriteReader.Create(source, type),
            "PUT" => WriteReader.ConditionalUpdate(source, type),
            "PATCH" => PatchReader.Conditional(source, type),
            "DELETE" => WriteReader.ConditionalDelete(source, type),
            _ => WrongMethod(),
        };

    private static Reading<FhirRequest> RouteBelowType(RequestSource source, ResourceType type, string second)
    {
        switch (second[0])
        {
            case '$':
                return OperationReader.Read(source, type, null, second);
            case '_' when second == "_search":
                return source.Method == "POST" ? TypeSearchReader.Read(source, type, default, null, "/_search") : WrongMethod();
            case '_' when second == "_history":
                return source.IsGet ? HistoryReader.Read(source, type, null) : WrongMethod();
        }

        if (!FhirId.IsValid(second))
        {
            return Unknown();
        }

        return source.Method switch
        {
            "GET" or "HEAD" => InstanceReader.Read(source, type, second, null),
            "PUT" => WriteReader.Update(source, type, second),
            "PATCH" => PatchReader.Patch(source, type, second),
            "DELETE" => WriteReader.Delete(source, type, second),
            _ => WrongMethod(),
        };
    }

    private static Reading<FhirRequest> RouteBelowInstance(RequestSource source, ResourceType type, string id, string third)
    {
        if (!FhirId.IsValid(id))
        {
            return Unknown();
        }

        return third[0] switch
        {
            '$' => OperationReader.Read(source, type, id, third),
            '_' when third == "_history" => source.IsGet ? HistoryReader.Read(source, type, id) : WrongMethod(),
            '_' when third == "_search" => source.Method == "POST"
                ? CompartmentReader.ReadAll(source, type, id, "/_search")
                : WrongMethod(),
            '*' when third == "*" => source.IsGet ? CompartmentReader.ReadAll(source, type, id, "/*") : WrongMethod(),
            _ when ResourceType.TryParse(third, out var target) => source.IsGet
                ? CompartmentReader.Read(source, type, id, target, string.Empty)
                : WrongMethod(),
            _ => Unknown(),
        };
    }

    private static Reading<FhirRequest> RouteDeep(RequestSource source, ResourceType type, string[] segments)
    {
        if (!FhirId.IsValid(segments[1]))
        {
            return Unknown();
        }

        if (segments[2] == "_history" && FhirId.IsValid(segments[3]))
        {
            return source.IsGet ? InstanceReader.Read(source, type, segments[1], segments[3]) : WrongMethod();
        }

        if (segments[3] == "_search" && ResourceType.TryParse(segments[2], out var target))
        {
            return source.Method == "POST" ? CompartmentReader.Read(source, type, segments[1], target, "/_search") : WrongMethod();
        }

        return Unknown();
    }

    private static Reading<FhirRequest> Unknown() =>
        Reading<FhirRequest>.Refused(DenyReason.NotUnderstood, "path is in no row of the classification");

    private static Reading<FhirRequest> WrongMethod() =>
        Reading<FhirRequest>.Refused(DenyReason.MethodNotAllowed, "method is not one of this path");
}
