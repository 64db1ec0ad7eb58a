using System.Globalization;
using System.Text;

namespace ShadowVm.Isa.Documentation;

/// <summary>Puts a page together. Text of a definition goes in through <see cref="Text"/> or <see cref="Escape"/> alone.</summary>
internal sealed class Html
{
    private readonly StringBuilder _page = new();

    /// <summary>Markup of this program's own, with escaped text in it at most.</summary>
    public Html Raw(string markup)
    {
        _page.Append(markup);
        return this;
    }

    /// <summary>Text, escaped.</summary>
    public Html Text(string text) => Raw(Escape(text));

    /// <summary>Text in an element that has no attribute but its class.</summary>
    public Html Element(string name, string text, string style = "")
    {
        Raw(style.Length == 0 ? $"<{name}>" : $"<{name} class=\"{style}\">");
        return Text(text).Raw($"</{name}>");
    }

    /// <summary>A link within the page.</summary>
    public Html Link(string id, string text) => Raw($"<a href=\"#{id}\">").Text(text).Raw("</a>");

    public override string ToString() => _page.ToString();

    /// <summary>
    /// Text that is text in an element and in an attribute alike. What would not be seen, or would turn the direction of
    /// what is around it, becomes '?'.
    /// </summary>
    public static string Escape(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            switch (c)
            {
                case '&': result.Append("&amp;"); break;
                case '<': result.Append("&lt;"); break;
                case '>': result.Append("&gt;"); break;
                case '"': result.Append("&quot;"); break;
                case '\'': result.Append("&#39;"); break;
                case '\n': result.Append(c); break;
                default:
                    var category = char.GetUnicodeCategory(c);
                    var isHidden = category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate;
                    result.Append(isHidden ? '?' : c);
                    break;
            }
        }

        return result.ToString();
    }

    /// <summary>A name as part of an identifier of the page.</summary>
    public static string Slug(string name)
    {
        var result = new StringBuilder();
        foreach (var c in name)
            result.Append(char.IsAsciiLetterOrDigit(c) ? c : '-');
        return result.ToString();
    }
}
