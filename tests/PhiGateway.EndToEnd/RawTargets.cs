using static PhiGateway.EndToEnd.RawShape;

namespace PhiGateway.EndToEnd;

/// <summary>Targets that two readers could take for two different ones; taken up by <see cref="RawShape.All"/>.</summary>
internal static class RawTargets
{
    public static IEnumerable<RawShape> All()
    {
        foreach (
            var target in new[]
            {
                "//fhir/Patient/f001",
                "/fhir//Patient/f001",
                "/fhir/Patient//f001",
                "/fhir/Patient/f001/",
                "/fhir/./Patient/f001",
                "/fhir/Patient/../Patient/f001",
                "/fhir/Patient/..;/Observation/f001",
                "/fhir/Patient;a=b/f001",
                "/fhir/Patient/f001;jsessionid=1",
                "/fhir/Patient%2Ff001",
                "/fhir/Patient%252Ff001",
                "/fhir%2FPatient/f001",
                "/%66hir/Patient/f001",
                "/FHIR/Patient/f001",
                "/fhir/Patient%5Cf001",
                "/fhir\\Patient\\f001",
                "/fhir/Patient/f001%00",
                "/fhir/Patient/f001%0d%0aX-A:%201",
                "/fhir/Patient/f001%0a",
                "/fhir/Patient/f001%20",
                "/fhir/Patient/%c0%ae%c0%ae/f001",
                "/fhir/Patient/%e0%80%af",
                "/fhir/Patient/%zz",
                "/fhir/Patient/%",
                "/fhir/Patient/f001#",
                "/fhir/Patient/f001#/Observation",
                "/fhir/Patient?patient=a#b",
                "/fhir/Patient/f001?a\\b",
                "/fhir/Patient/%2e%2e/Observation",
                "/fhir/Patient/.%2e/Observation",
                "/fhir/Patient/f\u00E4001",
                "/fhir/Patient/f\u00C3\u00A4001",
                "/fhir/Patient/\u00C0\u00AE",
                "/fhir/Patient/f001%EF%BC%8F",
                "/fhir/metadata/..;/Patient/f001",
                "/fhir/.well-known/..%2fPatient/f001",
                "/fhir/metadata%2f..%2fPatient%2ff001",
                "/other/Patient/f001",
                "/",
                "/fhirs/Patient/f001",
                "/fhir.evil/Patient/f001",
                "/admin/v1/clients",
                "/readyz",
                "/fhir/../admin/v1/clients",
            }
        )
        {
            yield return new(
                $"target {string.Concat(target.Select(c => c > '~' ? $"\\x{(int)c:x2}" : c.ToString()))}",
                Get(target),
                [400, 404],
                Plain
            );
        }

        yield return new(
            "token in the query",
            Get("/fhir/Patient?access_token={token}").Replace("Authorization: Bearer {token}\r\n", string.Empty, StringComparison.Ordinal),
            [400],
            Plain
        );
        yield return new(
            "token in the query and the header",
            Get("/fhir/Observation?patient=f001&access_token={token}"),
            [400],
            Get("/fhir/Observation?patient=f001")
        );
        yield return new(
            "token in the query, another case",
            Get("/fhir/Observation?patient=f001&Access_Token={token}"),
            [400],
            Get("/fhir/Observation?patient=f001")
        );
        yield return new(
            "token in the form",
            Search("Content-Length: 17\r\n", "access_token=abcd"),
            [400],
            Search("Content-Length: 12\r\n", "patient=f001")
        );
    }
}
