//! Sources as tokens, so that what stands in a comment or a string is no finding.

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A function and its length.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) lines: usize,
}

#[derive(Default)]
struct Functions(Vec<Function>);

impl Functions {
    fn note(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let (first, last) = (signature.span().start().line, block.span().end().line);
        self.0.push(Function {
            name: signature.ident.to_string(),
            line: first,
            lines: last + 1 - first,
        });
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.note(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.note(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.note(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

/// Every function with a body.
pub(crate) fn functions(text: &str) -> Vec<Function> {
    let mut functions = Functions::default();
    functions.visit_file(&syn::parse_file(text).unwrap());
    functions.0
}

/// Placeholders, ignored tests and allowed lints, with their lines.
pub(crate) fn forbidden(text: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    walk(text.parse().unwrap(), &mut |tokens| {
        for (index, token) in tokens.iter().enumerate() {
            let line = token.span().start().line;
            match token {
                TokenTree::Ident(name) if is_punct(tokens.get(index + 1), '!') => {
                    for (macro_name, what) in [
                        ("todo", "todo!"),
                        ("unimplemented", "unimplemented!"),
                        ("dbg", "dbg!"),
                    ] {
                        if name == macro_name {
                            found.push((line, what));
                        }
                    }
                }
                TokenTree::Group(group)
                    if is_punct(
                        index.checked_sub(1).and_then(|before| tokens.get(before)),
                        '#',
                    ) || is_punct(
                        index.checked_sub(1).and_then(|before| tokens.get(before)),
                        '!',
                    ) =>
                {
                    let attribute = group.stream().to_string();
                    if attribute.starts_with("allow (") || attribute.starts_with("allow(") {
                        found.push((line, "#[allow]"));
                    }
                    if attribute == "ignore" || attribute.starts_with("ignore =") {
                        found.push((line, "#[ignore]"));
                    }
                }
                _ => {}
            }
        }
    });
    found
}

/// Where one of `names` is used.
pub(crate) fn named(text: &str, names: &[&'static str]) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    walk(text.parse().unwrap(), &mut |tokens| {
        for token in tokens {
            if let TokenTree::Ident(ident) = token {
                found.extend(
                    names
                        .iter()
                        .filter(|name| ident == **name)
                        .map(|name| (ident.span().start().line, *name)),
                );
            }
        }
    });
    found
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// Shows every nesting level's tokens to `look`.
fn walk(stream: TokenStream, look: &mut dyn FnMut(&[TokenTree])) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    look(&tokens);
    for token in tokens {
        if let TokenTree::Group(group) = token {
            walk(group.stream(), look);
        }
    }
}

#[test]
fn findings_are_found_in_code_only() {
    let text = "/* todo!() */ fn a() {\n let s = \"dbg!(1)\"; todo!()\n}\n#[allow(dead_code)]\nfn b() { dbg!(s) }\n#[ignore = \"slow\"]\nfn c() {}";
    assert_eq!(
        forbidden(text),
        [(4, "#[allow]"), (6, "#[ignore]"), (2, "todo!"), (5, "dbg!")]
    );
    assert_eq!(
        named("use x::HashMap; // HashSet", &["HashMap", "HashSet"]),
        [(1, "HashMap")]
    );
    let lengths: Vec<_> = functions("fn a() {\n}\nimpl B {\n fn c(\n ) {}\n}")
        .iter()
        .map(|one| one.lines)
        .collect();
    assert_eq!(lengths, [2, 2]);
}
