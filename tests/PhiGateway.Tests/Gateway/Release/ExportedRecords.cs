namespace PhiGateway.Tests.Gateway.Release;

/// <summary>Records of exports and what searches find of them, as JSON.</summary>
internal static class ExportedRecords
{
    internal static string Slot(string id, string schedule) =>
        $$"""{"resourceType":"Slot","id":"{{id}}","schedule":{"reference":"Schedule/{{schedule}}"},"status":"free","comment":"Muster, Eva"}""";

    internal static string Schedule(string id, string actor) =>
        $$"""{"resourceType":"Schedule","id":"{{id}}","actor":[{"reference":"{{actor}}"}]}""";

    internal static string Speaking(string id, string target) =>
        $$"""{"resourceType":"Provenance","id":"{{id}}","target":[{"reference":"Condition/{{target}}"}],"recorded":"2026-05-01T00:00:00Z"}""";

    internal static string Condition(string id, string patient, string code) =>
        $$$"""{"resourceType":"Condition","id":"{{{id}}}",{{{Bearing(code)}}},"subject":{"reference":"Patient/{{{patient}}}"}}""";

    internal static string Order(string id, string drug, string code)
    {
        var (meta, named) = (Bearing(code), $$"""{"reference":"Medication/{{drug}}"}""");
        return $$"""{"resourceType":"MedicationRequest","id":"{{id}}",{{meta}},"subject":{"reference":"Patient/17"},"medicationReference":{{named}} }""";
    }

    internal static string Medication(string id, string ingredient = "water") =>
        $$$"""{"resourceType":"Medication","id":"{{{id}}}","ingredient":[{"itemReference":{"reference":"Medication/{{{ingredient}}}"}}]}""";

    internal static string Visit(string id, string staff) =>
        $$"""
            {"resourceType":"Encounter","id":"{{id}}",{{Bearing("N")}},"subject":{"reference":"Patient/17"},"participant":[{{staff}}]}
            """;

    internal static string Attending(string id) => $$$"""{"individual":{"reference":"Practitioner/{{{id}}}"}}""";

    internal static string Practitioner(string id) => $$"""{"resourceType":"Practitioner","id":"{{id}}"}""";

    internal static string Bearing(string code) =>
        $$"""
            "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"{{code}}"}]}
            """;

    internal static string SearchSet(params string[] resources) =>
        $$"""
            {"resourceType":"Bundle","type":"searchset","entry":[{{string.Join(
                ',',
                resources.Select(static one => $$"""{"resource":{{one}} }""")
            )}}]}
            """;
}
