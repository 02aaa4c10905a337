using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>A browser without a script: cookies, forms, and whatever headers a test wants to send.</summary>
internal sealed partial class ConsoleBrowser(Uri address) : IDisposable
{
    private readonly HttpClient _http = new(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false });

    public Dictionary<string, string> Cookies { get; } = [];

    public Task<AdminAnswer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    public Task<AdminAnswer> PostAsync(
        string path,
        IEnumerable<(string Name, string Value)> form,
        params (string Name, string Value)[] headers
    ) => SendAsync(HttpMethod.Post, path, form, headers);

    /// <summary>Sends a form as the page itself would: with the token that stands in it.</summary>
    public async Task<AdminAnswer> SubmitAsync(string page, string path, params (string Name, string Value)[] fields)
    {
        var shown = await GetAsync(page);
        Assert.True(shown.Status == 200, $"{page}: {shown.Status}");
        return await PostAsync(path, [("_token", TokenOf(shown)), .. fields]);
    }

    public async Task SignInAsync(string person)
    {
        var answer = await SubmitAsync("/console/sign-in", "/console/sign-in", ("person", person), ("to", "/console/now"));
        Assert.True(answer.Status == 303, answer.Text);
    }

    public static string TokenOf(AdminAnswer page) => Token().Match(page.Text).Groups["token"].Value;

    public void Dispose() => _http.Dispose();

    private async Task<AdminAnswer> SendAsync(
        HttpMethod method,
        string path,
        IEnumerable<(string Name, string Value)>? form,
        (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(address, path));
        request.Headers.Host = ConsoleServer.Host;
        request.Headers.TryAddWithoutValidation("Cookie", string.Join("; ", Cookies.Select(static pair => $"{pair.Key}={pair.Value}")));
        if (form is not null)
        {
            request.Content = new FormUrlEncodedContent(form.Select(static field => KeyValuePair.Create(field.Name, field.Value)));
        }

        foreach (var (name, value) in headers)
        {
            if (name == "Host")
            {
                request.Headers.Host = value;
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await _http.SendAsync(request);
        foreach (var set in response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [])
        {
            var pair = set.Split(';')[0].Split('=', 2);
            if (pair[1].Length == 0)
            {
                Cookies.Remove(pair[0]);
            }
            else
            {
                Cookies[pair[0]] = pair[1];
            }
        }

        return await AdminAnswer.OfAsync(response);
    }

    [GeneratedRegex("name=\"_token\" value=\"(?<token>[^\"]+)\"")]
    private static partial Regex Token();
}
