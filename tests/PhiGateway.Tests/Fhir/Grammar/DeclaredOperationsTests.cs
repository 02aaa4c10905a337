using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Fhir.Requests;
using Xunit;

namespace PhiGateway.Tests.Fhir.Grammar;

/// <summary>Operations as an operator declares them: what is not said exactly is a problem.</summary>
public sealed class DeclaredOperationsTests
{
    internal static readonly string Example = RepositoryPaths.Of("tests", "operations", "ehr-operations.json");

    /// <summary>The example's operations.</summary>
    internal static DeclaredParameters Examples => DeclaredParametersTests.Read(new DeclaredFile(Example, File.ReadAllBytes(Example)));

    [Theory]
    [InlineData("code", "\"$docref\"", "/code")]
    [InlineData("code", "\"export\"", "/code")]
    [InlineData("code", null, "/code")]
    [InlineData("url", "\"docref\"", "/url")]
    [InlineData("kind", "\"query\"", "/kind")]
    [InlineData("status", "\"retired\"", "/status")]
    [InlineData("affectsState", null, "/affectsState")]
    [InlineData("affectsState", "\"false\"", "/affectsState")]
    [InlineData("type", "false", "/instance")]
    [InlineData("resource", "[]", "/resource")]
    [InlineData("resource", "[\"Resource\"]", "/resource/0")]
    [InlineData("resource", "[\"Documents\"]", "/resource/0")]
    [InlineData("extension", "[{\"url\":\"urn:phi-gateway:values\",\"valueCode\":\"all\"}]", "/extension")]
    [InlineData("parameter", "[{\"name\":\"a\",\"type\":\"string\"}]", "/parameter/0")]
    [InlineData("parameter", "[{\"name\":\"a\",\"use\":\"in\"},{\"name\":\"a\",\"use\":\"in\"}]", "/parameter/1/name")]
    [InlineData(
        "parameter",
        "[{\"name\":\"r\",\"use\":\"out\",\"type\":\"Bundle\",\"extension\":[{\"url\":\"urn:phi-gateway:answer-type\",\"valueCode\":\"x\"}]}]",
        "/parameter/0/extension"
    )]
    [InlineData(
        "parameter",
        "[{\"name\":\"r\",\"use\":\"out\",\"type\":\"string\",\"extension\":[{\"url\":\"urn:phi-gateway:answer-type\",\"valueCode\":\"Patient\"}]}]",
        "/parameter/0/extension"
    )]
    public void Read_WhatIsNotRight_IsAProblemWithItsPlace(string member, string? value, string pointer)
    {
        var definition = JsonNode.Parse(File.ReadAllText(Example))!["entry"]![0]!["resource"]!.AsObject();
        definition[member] = value is null ? null : JsonNode.Parse(value);
        if (value is null)
        {
            definition.Remove(member);
        }

        var problems = new List<DeclaredProblem>();
        var file = new DeclaredFile("docref.json", Encoding.UTF8.GetBytes(definition.ToJsonString()));

        Assert.Null(DeclaredParameters.Read([file], problems));
        Assert.Contains(pointer, problems.Select(static problem => problem.Pointer));
    }

    // Of the whole system there is no type in the path: it would be decided by the grants of any one of them.
    [Theory]
    [InlineData(true, "[\"Patient\",\"Observation\"]", false)]
    [InlineData(true, "[\"Patient\"]", true)]
    [InlineData(false, "[\"Patient\",\"Observation\"]", true)]
    public void Read_OperationOfTheSystem_IsAboutOneType(bool isOfSystem, string types, bool isRight)
    {
        var definition = JsonNode.Parse(File.ReadAllText(Example))!["entry"]![0]!["resource"]!.AsObject();
        (definition["system"], definition["resource"]) = (isOfSystem, JsonNode.Parse(types));
        var problems = new List<DeclaredProblem>();
        var file = new DeclaredFile("docref.json", Encoding.UTF8.GetBytes(definition.ToJsonString()));

        _ = DeclaredParameters.Read([file], problems);

        Assert.Equal(isRight ? [] : ["/resource"], problems.Select(static problem => problem.Pointer));
    }

    [Fact]
    public void Read_OperationThatR4Has_IsAProblem()
    {
        var text = File.ReadAllText(Example).Replace("\"docref\"", "\"meta\"", StringComparison.Ordinal);
        var problems = new List<DeclaredProblem>();

        Assert.Null(DeclaredParameters.Read([new DeclaredFile("a.json", Encoding.UTF8.GetBytes(text))], problems));
        Assert.Equal("/entry/0/resource/code", Assert.Single(problems).Pointer);
    }

    [Fact]
    public void Read_OperationTwiceForOneType_IsAProblem()
    {
        var file = File.ReadAllBytes(Example);
        var problems = new List<DeclaredProblem>();

        Assert.Null(DeclaredParameters.Read([new DeclaredFile("a.json", file), new DeclaredFile("b.json", file)], problems));
        Assert.Equal(4, problems.Count);
    }

    // R4 3.2.0.1: by GET where what is given is simple.
    [Theory]
    [InlineData("CodeableConcept", 0, "GET", true)]
    [InlineData("CodeableConcept", 1, "GET", false)]
    [InlineData("CodeableConcept", null, "GET", false)]
    [InlineData("Patient", 0, "GET", true)]
    [InlineData("Patient", 1, "GET", false)]
    [InlineData("Patient", 1, "POST", true)]
    public void Read_CallByGet_IsOneWhereNothingComplexIsRequired(string type, int? min, string method, bool isRead)
    {
        var definition = JsonNode.Parse(File.ReadAllText(Example))!["entry"]![0]!["resource"]!.AsObject();
        var input = new JsonObject
        {
            ["name"] = "more",
            ["use"] = "in",
            ["type"] = type,
        };
        if (min is { } least)
        {
            input["min"] = least;
        }

        definition["parameter"]!.AsArray().Add(input);
        var context = RequestFixture.Context with
        {
            Declared = DeclaredParametersTests.Read(DeclaredParametersTests.File("a.json", definition)),
        };
        const string Body = """{"resourceType":"Parameters","parameter":[{"name":"patient","valueId":"17"}]}""";
        var reading = RequestFixture.Read(
            method,
            method == "GET" ? "/fhir/DocumentReference/$docref?patient=17" : "/fhir/DocumentReference/$docref",
            RequestFixture.Json,
            method == "GET" ? string.Empty : Body,
            context
        );

        Assert.Equal(isRead, reading.TryGet(out _, out _));
        if (isRead && method == "GET")
        {
            // A concept is a code in an address; a resource has no room in one.
            var more = RequestFixture.Read(
                method,
                "/fhir/DocumentReference/$docref?patient=17&more=x",
                RequestFixture.Json,
                string.Empty,
                context
            );

            Assert.Equal(type == "CodeableConcept", more.TryGet(out _, out _));
        }
    }

    [Fact]
    public void Read_Example_HasNoProblem() => Assert.NotNull(Examples);
}
