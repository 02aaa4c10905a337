using System.Buffers.Text;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using Xunit;

namespace PhiGateway.Tests.Gateway.Handles;

public sealed class HandleSealerTests
{
    private const string Secret = "a-secret-that-several-nodes-share-0123456789";

    private static readonly DateTimeOffset Now = new(2026, 5, 4, 10, 0, 0, TimeSpan.Zero);
    private static readonly HandleBinding Binding = new("acme-lab-connector", "north", "fhir", new string('a', 64), "lab-results", "17");
    private readonly HandleSealer _sealer = new(Secret);

    [Fact]
    public void Open_SameRequestBinding_GivesBackEverything()
    {
        var content = Content();

        var opened = _sealer.Open(Seal(content), HandleKind.Page, Binding, Now, out var flaw);

        Assert.Null(flaw);
        Assert.NotNull(opened);
        Assert.Equal(content.Upstream, opened.Upstream);
        Assert.Equal(content.Expires, opened.Expires);
        Assert.Equal(content.Original.Target, opened.Original.Target);
        Assert.Equal("application/x-www-form-urlencoded", opened.Original.ContentType);
        Assert.Equal("patient=example"u8.ToArray(), opened.Original.Body.ToArray());
        Assert.False(opened.Original.IsAsync);
    }

    [Fact]
    public void Open_OnANodeWithTheSameSecret_Opens_AndWithAnotherOrNoneDoesNot()
    {
        var handle = Seal(Content());

        Assert.NotNull(new HandleSealer(Secret).Open(handle, HandleKind.Page, Binding, Now, out _));
        Assert.Null(new HandleSealer(Secret + "x").Open(handle, HandleKind.Page, Binding, Now, out _));
        Assert.Null(new HandleSealer(null).Open(handle, HandleKind.Page, Binding, Now, out _));
    }

    [Fact]
    public void Open_AnyByteChanged_IsNotOurs()
    {
        var handle = Seal(Content());
        var bytes = Base64Url.DecodeFromChars(handle);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            Assert.Null(_sealer.Open(Base64Url.EncodeToString(bytes), HandleKind.Page, Binding, Now, out var flaw));
            Assert.Equal("handle-not-ours", flaw);
            bytes[i] ^= 1;
        }

        Assert.NotNull(_sealer.Open(Base64Url.EncodeToString(bytes), HandleKind.Page, Binding, Now, out _));
    }

    [Fact]
    public void Open_AnyCharacterChangedCutOrAdded_IsNotOurs()
    {
        var handle = Seal(Content());
        for (var i = 0; i < handle.Length; i++)
        {
            var changed = handle.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            Assert.Null(_sealer.Open(new string(changed), HandleKind.Page, Binding, Now, out _));
            Assert.Null(_sealer.Open(handle[..i], HandleKind.Page, Binding, Now, out _));
        }

        Assert.Null(_sealer.Open(handle + "A", HandleKind.Page, Binding, Now, out _));
        Assert.Null(_sealer.Open(handle + "=", HandleKind.Page, Binding, Now, out _));
        Assert.Null(_sealer.Open(" " + handle, HandleKind.Page, Binding, Now, out _));
        Assert.Null(_sealer.Open(new string('A', 5000), HandleKind.Page, Binding, Now, out _));
    }

    [Theory]
    [InlineData("client", "handle-of-another-client")]
    [InlineData("tenant", "handle-of-another-route")]
    [InlineData("route", "handle-of-another-route")]
    [InlineData("fingerprint", "handle-of-another-approval")]
    [InlineData("use-case", "handle-of-another-approval")]
    [InlineData("context", "handle-of-another-context")]
    public void Open_OneThingDiffers_IsRefused(string what, string expected)
    {
        var other = what switch
        {
            "client" => Binding with { Client = "ward-app" },
            "tenant" => Binding with { Tenant = "south" },
            "route" => Binding with { Route = "fhir-south" },
            "context" => Binding with { Context = "18" },
            "fingerprint" => Binding with { Fingerprint = new string('b', 64) },
            _ => Binding with { UseCase = "other" },
        };

        Assert.Null(_sealer.Open(Seal(Content()), HandleKind.Page, other, Now, out var flaw));
        Assert.Equal(expected, flaw);
    }

    [Fact]
    public void Open_UntilItExpires_OpensAndThenNoMore()
    {
        var handle = Seal(Content());

        Assert.NotNull(_sealer.Open(handle, HandleKind.Page, Binding, Now.AddHours(1).AddTicks(-1), out _));
        Assert.Null(_sealer.Open(handle, HandleKind.Page, Binding, Now.AddHours(1), out var flaw));
        Assert.Equal("handle-expired", flaw);
    }

    [Fact]
    public void Open_AsAnotherKind_IsRefused()
    {
        var job = Seal(Content() with { Kind = HandleKind.Job });

        Assert.NotNull(_sealer.Open(job, HandleKind.Job, Binding, Now, out _));
        Assert.Null(_sealer.Open(job, HandleKind.File, Binding, Now, out _));
        Assert.Null(_sealer.Open(job, HandleKind.Page, Binding, Now, out _));
    }

    [Fact]
    public void Seal_MoreThanAHandleHolds_GivesNone()
    {
        var content = Content();

        Assert.Null(_sealer.Seal(content with { Upstream = "/" + new string('x', 6000) }));
        Assert.InRange(Seal(content with { Upstream = "/" + new string('x', 2000) }).Length, 16, HandleSealer.MaxLength);
    }

    [Fact]
    public void Seal_Twice_GivesHandlesThatTellNothingOfEachOther()
    {
        var (one, two) = (Seal(Content()), Seal(Content()));

        Assert.NotEqual(one[..38], two[..38]);
        Assert.DoesNotContain("example", System.Text.Encoding.Latin1.GetString(Base64Url.DecodeFromChars(one)));
    }

    // How far the upstream has counted, and so how much of it was withheld, is not told by the length of an address.
    [Fact]
    public void Seal_WhereverTheUpstreamIs_GivesOneLength()
    {
        var place = "/Observation?patient=example&_getpages=0b0b5c62-5d5a-4b39-9b2c-4f6d1b4f2c11&_count=50&_getpagesoffset=";
        HandleContent[] contents =
        [
            Content() with
            {
                Upstream = string.Empty,
            },
            Content() with
            {
                Upstream = string.Empty,
                From = 7,
            },
            Content() with
            {
                Upstream = string.Empty,
                From = 200,
            },
            Content() with
            {
                Upstream = place + "50",
            },
            Content() with
            {
                Upstream = place + "1000",
                From = 49,
            },
            Content() with
            {
                Upstream = place + "1000",
                From = 49,
                Before = new PagePlace(string.Empty, 20),
            },
            Content() with
            {
                Upstream = place + "1050",
                From = 2,
                Before = new PagePlace(place + "1000", 300),
            },
        ];

        Assert.Single(contents.Select(content => Seal(content).Length).Distinct());
        Assert.All(
            contents,
            content =>
            {
                var opened = _sealer.Open(Seal(content), HandleKind.Page, Binding, Now, out _)!;
                Assert.Equal((content.Upstream, content.From, content.Before), (opened.Upstream, opened.From, opened.Before));
            }
        );
    }

    // What a place of more than one room needs begins at an edge that hangs on the question: nobody brings a place up to it on purpose.
    [Fact]
    public void Seal_LongPlaces_HaveEdgesThatDifferFromQuestionToQuestion()
    {
        var edges = Enumerable
            .Range(0, 10)
            .Select(n =>
            {
                var asked = Content().Original with { Target = $"/fhir/Observation/_search?x={n:00}" };
                var lengths = Enumerable
                    .Range(700, 400)
                    .Select(length => Seal(Content() with { Original = asked, Upstream = new string('x', length) }).Length)
                    .ToList();
                return lengths.FindIndex(length => length != lengths[0]);
            })
            .Distinct()
            .ToList();

        Assert.True(edges.Count > 5, string.Join(' ', edges));
    }

    // A room costs no request its handle: where there is no place for all of it there is as much as fits.
    [Fact]
    public void Seal_TheLongestContent_FitsWithoutARoom()
    {
        var longest = Enumerable
            .Range(3500, 1500)
            .Last(length => _sealer.Seal(Content() with { Upstream = new string('x', length) }) is not null);

        var handle = Seal(Content() with { Upstream = new string('x', longest) });

        Assert.InRange(handle.Length, HandleSealer.MaxLength - 8, HandleSealer.MaxLength);
        Assert.Equal(longest, _sealer.Open(handle, HandleKind.Page, Binding, Now, out _)!.Upstream.Length);
    }

    [Fact]
    public void Find_ContentOfANodeThatDoesNotPad_IsReadAsItIs()
    {
        var plain = HandleFormat.Write(Content())!;

        Assert.Equal(plain, HandlePadding.Find(plain));
        Assert.Null(HandlePadding.Find([6]));
        Assert.Null(HandlePadding.Find([6, 255, 255, 255, 255, 0]));
        Assert.Null(HandlePadding.Find([6, 2, 0, 0, 0, 4]));
    }

    private static HandleContent Content() =>
        new(
            HandleKind.Page,
            Binding,
            Now.AddHours(1),
            new OriginalRequest(
                "POST",
                "/fhir/Observation/_search",
                "application/x-www-form-urlencoded",
                false,
                "patient=example"u8.ToArray()
            ),
            "?_getpages=1&_getpagesoffset=1"
        );

    private string Seal(HandleContent content)
    {
        var handle = _sealer.Seal(content);
        Assert.NotNull(handle);
        return handle;
    }
}
