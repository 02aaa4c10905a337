using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>Nobody changes what a server's searches find by what is stored in it, whichever way the write comes.</summary>
public sealed class ServerDefinitionsTests
{
    private const string JsonPatch = "application/json-patch+json";
    private const string FhirJson = "application/fhir+json";

    // Method, target below the type, media type, body.
    public static TheoryData<string, string, string?, string> Writes =>
        new()
        {
            { "POST", "", FhirJson, """{"resourceType":"%","url":"http://x"}""" },
            { "PUT", "/1", FhirJson, """{"resourceType":"%","id":"1"}""" },
            { "PUT", "?url=http://x", FhirJson, """{"resourceType":"%","url":"http://x"}""" },
            { "PATCH", "/1", JsonPatch, """[{"op":"replace","path":"/url","value":"http://x"}]""" },
            { "PATCH", "?url=http://x", JsonPatch, """[{"op":"replace","path":"/url","value":"http://x"}]""" },
            { "PATCH", "/1", "application/merge-patch+json", """{"url":"http://x"}""" },
            { "DELETE", "/1", null, "" },
            { "DELETE", "?url=http://x", null, "" },
        };

    [Theory]
    [MemberData(nameof(Writes))]
    public void Read_WriteOfASearchParameter_IsNotUnderstoodUnlessTheServerOnlyKeepsIt(
        string method,
        string target,
        string? mediaType,
        string body
    )
    {
        var kept = RequestFixture.Context with { TakesUpParameters = false };
        foreach (var type in (string[])["SearchParameter", "CompartmentDefinition"])
        {
            Assert.Equal(DenyReason.NotUnderstood, Refusal(type, null));
            Assert.Null(Refusal(type, kept));
        }

        // Its neighbours say nothing of how a server searches.
        Assert.Null(Refusal("StructureDefinition", null));

        DenyReason? Refusal(string type, PhiGateway.Fhir.Context.FhirContext? context) =>
            RequestFixture
                .Read(
                    method,
                    $"/fhir/{type}{target}",
                    new FhirHeaders { ContentType = mediaType },
                    body.Replace("%", type, StringComparison.Ordinal),
                    context
                )
                .TryGet(out _, out var refusal)
                ? null
                : refusal;
    }

    [Theory]
    [InlineData("GET", "/fhir/SearchParameter/1")]
    [InlineData("GET", "/fhir/SearchParameter?url=http://x")]
    [InlineData("GET", "/fhir/CompartmentDefinition/1/_history")]
    public void Read_WhatAServerSearchesBy_IsUnderstood(string method, string target) => RequestFixture.Understood(method, target);
}
