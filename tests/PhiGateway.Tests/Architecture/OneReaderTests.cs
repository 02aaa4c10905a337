using System.Text.RegularExpressions;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>
/// What servers and clients send is parsed into documents by one strict reader, and names in it are compared by one function: the library's own
/// throw where a name or a text is half of a surrogate pair, which is anybody's to send.
/// </summary>
public sealed partial class OneReaderTests
{
    // Each reads what the strict reader has read before, or tables of this build, or catches what may be thrown.
    private static readonly string[] Documents =
    [
        "src/PhiGateway.Fhir/Answers/OutcomePlace.cs",
        "src/PhiGateway.Fhir/Changes/PatchText.cs",
        "src/PhiGateway.Fhir/Changes/StoredVersionComparer.cs",
        "src/PhiGateway.Fhir/Json/EmbeddedJson.cs",
        "src/PhiGateway.Fhir/Json/StrictJson.cs",
        "src/PhiGateway.Fhir/Requests/Bundles/FilesBeside.cs",
        "src/PhiGateway.Fhir/Requests/ConditionalWrite.cs",
        "src/PhiGateway.Fhir/Requests/Forwarding/BundleHead.cs",
        "src/PhiGateway.Fhir/Requests/Interactions/OperationParts.cs",
        "src/PhiGateway.Fhir/Requests/Interactions/OperationTargets.cs",
        "src/PhiGateway.Fhir/Requests/TransactionForms.cs",
        "src/PhiGateway.Fhir/Requests/UpstreamCallFactory.cs",
        "src/PhiGateway.Fhir/Resources/BundleNames.cs",
        "src/PhiGateway.Fhir/Resources/PatientPathTable.cs",
        "src/PhiGateway.Fhir/Resources/RecordNames.cs",
        "src/PhiGateway.Fhir/Resources/TokenPathTable.cs",
    ];

    [Fact]
    public void Document_InFhirAndApis_IsMadeByTheStrictReader() => AssertOnly(Parse(), Documents);

    [Fact]
    public void Name_InFhirAndApis_IsComparedByOneFunction() => AssertOnly(Compare(), ["src/PhiGateway.Fhir/Json/JsonText.cs"]);

    private static void AssertOnly(Regex words, string[] allowed)
    {
        var found = SourceFiles
            .Below("src", "PhiGateway.Fhir")
            .Concat(SourceFiles.Below("src", "PhiGateway.Apis"))
            .Where(file => words.IsMatch(File.ReadAllText(file)))
            .Select(SourceFiles.Name);

        // What is allowed and never happens would hide that the test looks for the wrong words.
        Assert.Equal(allowed.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\b(?:JsonDocument|JsonNode|JsonElement)\.(?:Parse|TryParse)\w*\(")]
    private static partial Regex Parse();

    [GeneratedRegex(@"\bValueTextEquals\(")]
    private static partial Regex Compare();
}
